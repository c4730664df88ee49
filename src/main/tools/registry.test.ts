import { describe, expect, it } from 'vitest';
import { declarationsOf, enabledTool, tools } from './registry';

describe('the tools of an assistant', () => {
  it('are declared with a JSON Schema that allows nothing else', () => {
    expect(declarationsOf(['transfer_to_agent', 'transfer_to_agent', 'end_call'])).toEqual([
      {
        type: 'function',
        name: 'transfer_to_agent',
        description: tools.transfer_to_agent.description,
        parameters: {
          type: 'object',
          properties: { summary: { type: 'string', minLength: 1, maxLength: 500 } },
          required: ['summary'],
          additionalProperties: false,
        },
      },
      {
        type: 'function',
        name: 'end_call',
        description: tools.end_call.description,
        parameters: { type: 'object', properties: {}, additionalProperties: false },
      },
    ]);
  });

  it('are found by name only where the line has them', () => {
    expect(enabledTool('end_call', ['end_call'])).toBe(tools.end_call);
    expect(enabledTool('end_call', [])).toBeNull();
    for (const name of ['toString', '__proto__', 'constructor', 'END_CALL', ''])
      expect(enabledTool(name, ['end_call', 'transfer_to_agent'])).toBeNull();
  });

  it.each([
    '',
    '{}',
    '{"summary":""}',
    '{"summary":7}',
    '{"summary":"x","number":"+1"}',
    '{"summary":',
    'null',
    '[]',
    JSON.stringify({ summary: 'x'.repeat(501) }),
  ])('does nothing with arguments that do not fit: %s', async (text) => {
    expect(await tools.transfer_to_agent.call(text)).toMatchObject({ ok: false, failure: { reason: 'invalid-input' } });
  });

  it('hands over in words, and ends the call', async () => {
    expect(await tools.transfer_to_agent.call('{"summary":" Asha wants her invoice again. "}')).toMatchObject({
      ok: true,
      value: { output: { done: true }, ends: { cause: 'handed-over', details: 'Asha wants her invoice again.' } },
    });
    expect(await tools.end_call.call('')).toEqual({
      ok: true,
      value: { output: { done: true }, ends: { cause: 'hung-up-by-peer', details: '' } },
    });
  });
});
