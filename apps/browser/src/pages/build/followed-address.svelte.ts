import { untrack } from 'svelte';
import { route, setParams } from '../../app/route.svelte.js';
import { addressOf, type NetworkAddress, sameAddress } from './address.js';
import type { Draft } from './draft.js';
import { work } from './work.svelte.js';

/** Milliseconds of rest after which the work is stored. */
const REST = 300;

/** Keeps work and address alike: the address follows the work, and the work an address that someone else wrote. */
export class FollowedAddress {
  /** The draft that is shown in place of one that an address does not hold. */
  badFor: Draft | undefined = $state.raw();
  /** The network of the zoo that is on its way: the address names it already. */
  fetching: string | undefined;
  /** What this page wrote last. */
  #written: NetworkAddress | undefined;
  readonly #onzoo: (name: string) => void;

  /**
   * Made while a component is, whose effects it uses.
   *
   * @param onzoo an address names a network of the zoo, whose text has to be fetched
   */
  constructor(onzoo: (name: string) => void) {
    this.#onzoo = onzoo;
    $effect(() => {
      const asked = { net: route.param('net'), zoo: route.param('zoo') };
      untrack(() => this.#follow(asked));
    });
    $effect(() => {
      void work.draft;
      const timer = setTimeout(() => work.store(), REST);
      untrack(() => {
        if (route.page === 'build' && this.fetching === undefined) this.write();
      });
      return () => clearTimeout(timer);
    });
    // Another page of the app is shown.
    $effect(() => () => work.store());
  }

  /** Writes the address of the work. */
  write(): void {
    this.#written = addressOf(work.draft);
    setParams({ ...this.#written });
  }

  #follow(asked: NetworkAddress): void {
    // What this page wrote itself may be of a moment ago: the next effect writes what is true now.
    if (route.page !== 'build' || (this.#written !== undefined && sameAddress(asked, this.#written))) return;
    const followed = work.follow(asked);
    if (followed === 'bad') this.badFor = work.draft;
    if (followed === 'zoo') this.#onzoo(asked.zoo);
    else this.write();
  }
}
