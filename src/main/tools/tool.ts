/** A tool that an assistant on a voice line may use. It runs in main; windows only carry its name, arguments and output. */
import { z } from 'zod';
import type { VoiceTool } from '../../contracts/profile/provider';
import type { VoiceEnded } from '../../contracts/call/voice';
import { fail, ok, type Result } from '../../contracts/base/result';

/** What a tool did. */
export interface ToolOutcome {
  /** What the assistant hears; made into JSON. */
  readonly output: Readonly<Record<string, string | number | boolean>>;
  /** The call ends after this, for this cause. */
  readonly ends?: Pick<VoiceEnded, 'cause' | 'details'>;
}

export interface Tool {
  readonly name: VoiceTool;
  /** For the assistant: when to use it. */
  readonly description: string;
  /** JSON Schema of the arguments, for the assistant. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Checks the arguments (JSON text as the assistant sent it), then does it. Fails with `invalid-input` when they do not fit; nothing was done then. */
  readonly call: (argumentsText: string) => Promise<Result<ToolOutcome>>;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}

/** Makes a tool of a schema and what it does with arguments that fit it. */
export function defineTool<S extends z.ZodObject>(tool: {
  readonly name: VoiceTool;
  readonly description: string;
  readonly schema: S;
  readonly run: (parsed: z.output<S>) => Promise<ToolOutcome> | ToolOutcome;
}): Tool {
  // The dialect is the default one; the system's own examples leave it out.
  const parameters = Object.fromEntries(
    Object.entries(z.toJSONSchema(tool.schema)).filter(([name]) => name !== '$schema'),
  );
  return {
    name: tool.name,
    description: tool.description,
    parameters,
    call: async (argumentsText) => {
      const parsed = tool.schema.safeParse(parsedJson(argumentsText));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        return fail('invalid-input', `The arguments do not fit the tool "${tool.name}".`, 'none', {
          details: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 300),
        });
      }
      return ok(await tool.run(parsed.data));
    },
  };
}
