import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ Menu: {} }));
const { calledBy, contextEntries } = await import('./context-menu');

describe('a chosen text', () => {
  it.each([
    ['+44 20 7946 0018', '+442079460018'],
    [' (0722) 000-001\n', '0722000001'],
    ['tel:+254722000001', '+254722000001'],
    ['sip:bob@pbx.example.com', 'bob@pbx.example.com'],
    ['1001', '1001'],
  ])('%j calls %s', (text, shown) => {
    expect(calledBy(text)).toBe(shown);
  });
  it.each(['', 'bob', 'thank him', '7', 'call 0722 000 001 before noon please', 'x'.repeat(80), '1.5 of 2'])(
    '%j calls nobody',
    (text) => {
      expect(calledBy(text)).toBeNull();
    },
  );
});

const flags = { canCut: true, canCopy: true, canPaste: true, canSelectAll: true } as Parameters<
  typeof contextEntries
>[0]['editFlags'];
const place = (more: Partial<Parameters<typeof contextEntries>[0]>) => ({
  isEditable: false,
  selectionText: '',
  editFlags: flags,
  formControlType: 'none' as const,
  ...more,
});
const labels = (
  at: Parameters<typeof contextEntries>[0],
  onCall: Parameters<typeof contextEntries>[1] = () => undefined,
): unknown[] => contextEntries(at, onCall).map(({ role, label }) => role ?? label);

describe('the menu', () => {
  it.each([
    ['nowhere', place({}), []],
    ['on a chosen word', place({ selectionText: 'Asha' }), ['copy']],
    ['on a chosen number', place({ selectionText: '0722 000 001' }), ['copy', 'Call 0722000001']],
    ['in a field', place({ isEditable: true, formControlType: 'input-text' }), ['cut', 'copy', 'paste']],
    [
      'in the number field',
      place({ isEditable: true, formControlType: 'input-telephone' }),
      ['cut', 'copy', 'paste', 'Call this number'],
    ],
    [
      'on a number in a field',
      place({ isEditable: true, formControlType: 'input-text', selectionText: '1001' }),
      ['cut', 'copy', 'paste', 'Call 1001'],
    ],
  ])('%s', (_where, at, entries) => {
    expect(labels(at)).toEqual(entries);
  });
  it('of a window without calls calls nobody', () => {
    expect(labels(place({ selectionText: '1001' }), null)).toEqual(['copy']);
  });
  it('hands on what was chosen as it stands', () => {
    const asked: string[] = [];
    const [, call] = contextEntries(place({ selectionText: ' 0722 000 001 ' }), (text) => asked.push(text));
    (call?.click as () => void)();
    expect(asked).toEqual(['0722 000 001']);
  });
});
