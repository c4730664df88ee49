/** Watches the page between two moments, so that what lasted for an instant is seen too. */
import { expect, type Page } from '@playwright/test';

/** Notes every phase that the registration goes through from now on. */
export async function watchRegistration(page: Page): Promise<{ readonly phases: () => Promise<readonly string[]> }> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfencePhases?: string[] };
    const read = (): string => document.querySelector('[data-testid="registration"]')?.getAttribute('data-phase') ?? 'none';
    const phases = (shelf.ringfencePhases = [read()]);
    new MutationObserver(() => {
      const phase = read();
      if (phase !== phases.at(-1)) phases.push(phase);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-phase'] });
  });
  return { phases: () => page.evaluate(() => (globalThis as { ringfencePhases?: string[] }).ringfencePhases ?? []) };
}

/** The fingerprint of the token in use, from the ring's tooltip; null while there is none. */
export async function tokenFingerprint(page: Page): Promise<string | null> {
  const title = await page.getByTestId('token-ring').getAttribute('title', { timeout: 2000 });
  return /Fingerprint ([0-9a-f]{8})\b/.exec(title ?? '')?.[1] ?? null;
}

/** Waits until `count` different tokens have been in use. */
export async function untilTokens(page: Page, count: number, timeoutMs: number): Promise<readonly string[]> {
  const seen = new Set<string>();
  const look = async (): Promise<number> => {
    const fingerprint = await tokenFingerprint(page);
    if (fingerprint !== null) seen.add(fingerprint);
    return Math.min(count, seen.size);
  };
  await expect.poll(look, { message: `${count} different tokens`, timeout: timeoutMs, intervals: [250] }).toBe(count);
  return [...seen];
}
