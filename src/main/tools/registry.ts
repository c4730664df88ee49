/** All tools there are. A line has none of them until its profile names them. */
import type { VoiceTool } from '../../contracts/profile/provider';
import { endCall } from './end-call';
import type { Tool } from './tool';
import { transferToAgent } from './transfer-to-agent';

/** Each tool under its name; complete by its type. */
export const tools: Readonly<Record<VoiceTool, Tool>> = { transfer_to_agent: transferToAgent, end_call: endCall };

/** A function as the Realtime API declares it in a session. */
export interface ToolDeclaration {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The named tools, each once, as a session declares them. */
export function declarationsOf(names: readonly VoiceTool[]): readonly ToolDeclaration[] {
  return [...new Set(names)].map((name) => {
    const { description, parameters } = tools[name];
    return { type: 'function', name, description, parameters };
  });
}

/** The tool of that name when it is among the enabled ones, else null; what an assistant asks for is any text. */
export function enabledTool(name: string, enabled: readonly VoiceTool[]): Tool | null {
  const found = enabled.find((each) => each === name);
  return found === undefined ? null : tools[found];
}
