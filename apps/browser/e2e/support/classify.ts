import type { Page } from 'playwright';

export interface ShownGuess {
  readonly index: number;
  readonly probability: number;
}

/** The bars of a network's answer, once they are there and nothing is computed any more. */
export async function answerOf(page: Page, side = 0): Promise<readonly ShownGuess[]> {
  const answer = page.locator('[aria-live=polite][aria-busy=false]:has([data-probability])').nth(side);
  await answer.waitFor();
  return answer.locator('[data-probability]').evaluateAll((bars) =>
    bars.map((bar) => ({
      index: Number(bar.getAttribute('data-index')),
      probability: Number(bar.getAttribute('data-probability')),
    })),
  );
}

/** What an answer says of itself: time, backend, cost. */
export async function factsOf(page: Page, side = 0): Promise<string> {
  const facts = await page.locator('[aria-live=polite] dl').nth(side).locator('dt, dd').allTextContents();
  return facts.map((fact) => fact.replace(/\s+/g, ' ').trim()).join(' ');
}
