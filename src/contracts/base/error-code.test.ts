import { describe, expect, it } from 'vitest';
import { errorCode } from './error-code';

describe('the code of an error', () => {
  it.each([
    [Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'ENOENT'],
    [Object.assign(new Error('a number'), { code: 5 }), null],
    [new Error('none'), null],
    [{ code: 'ENOENT' }, null],
    ['ENOENT', null],
    [null, null],
  ])('%s: %s', (cause, code) => expect(errorCode(cause)).toBe(code));
});
