/** A test of a connection in words. */
import type { TestRun, TestStep, TestStepName } from '../../state/connection-tests-store';

/** What a step is, and what passing it shows. */
export const STEP_MESSAGES: Readonly<Record<TestStepName, { readonly name: string; readonly does: string }>> = {
  mint: { name: 'Mint a token', does: 'The key is there and makes a token.' },
  open: { name: 'Open the connection', does: 'The gateway takes the token and speaks SIP.' },
  register: { name: 'Register', does: 'The gateway knows this line.' },
  options: { name: 'OPTIONS', does: 'The gateway answers a sign of life.' },
  join: { name: 'Join live events', does: 'The system lets this line listen.' },
};

export const STATE_MESSAGES: Readonly<Record<TestStep['state'], string>> = {
  waiting: 'to come',
  running: 'running',
  passed: 'passed',
  failed: 'failed',
  skipped: 'not tried',
};

/** The whole in one sentence; null while it runs. */
export function resultSentence({ running, steps }: TestRun, name: string): string | null {
  if (running) return null;
  const failed = steps.find(({ state }) => state === 'failed');
  if (failed !== undefined) return `${name} does not work: "${STEP_MESSAGES[failed.name].name}" failed.`;
  const ms = steps.reduce((sum, step) => sum + (step.ms ?? 0), 0);
  return `${name} works: ${steps.length === 1 ? 'a token was made' : `all ${steps.length} steps passed`} in ${ms} ms.`;
}
