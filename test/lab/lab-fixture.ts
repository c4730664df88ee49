/** One lab for all tests of a file. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { labProblem, startLab, type Lab } from './lab';

const problem = await labProblem();

/** Call once at the top of the file. Where there can be no lab, its tests are skipped and say why. */
export function setUpLab(): () => Lab {
  let running: Lab | null = null;
  beforeAll(async () => {
    if (problem === null) running = await startLab();
  });
  afterAll(() => running?.close());
  beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));
  return () => {
    if (running === null) throw new Error('the lab does not run');
    return running;
  };
}
