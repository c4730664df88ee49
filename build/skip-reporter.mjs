/** A Vitest reporter that writes one line for each skipped test, with the reason its author gave, to the file RINGFENCE_SKIPS. */
import { writeFileSync } from 'node:fs';

export default class SkipReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const path = process.env['RINGFENCE_SKIPS'];
    if (path === undefined) return;
    const lines = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const result = test.result();
        const note = result.state === 'skipped' ? result.note : undefined;
        return `SKIPPED: ${test.fullName}: ${note ?? 'no reason was given'}`;
      }),
    );
    writeFileSync(path, lines.join('\n'));
  }
}
