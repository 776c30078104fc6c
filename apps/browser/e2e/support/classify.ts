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

/** The picture's caption; waits for it. */
export async function shows(page: Page, name: string): Promise<void> {
  await page.locator('figcaption', { hasText: name }).waitFor();
}

export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

/** Drops files on the page, or pastes them, as the browser does it. */
export async function give(page: Page, how: 'drop' | 'paste', files: readonly GivenFile[]): Promise<void> {
  await page.evaluate(
    ({ how, files }) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
      }
      if (how === 'paste') {
        document.body.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
        return;
      }
      for (const type of ['dragover', 'drop']) {
        const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
      }
    },
    { how, files },
  );
}
