import { z } from 'zod';
import { defineTool } from './tool';

/**
 * The assistant gives up its part: its call ends, and the person at this phone reads why. It dials nobody: whom to call next is that
 * person's decision, on a line that has people.
 */
export const transferToAgent = defineTool({
  name: 'transfer_to_agent',
  description:
    'Hands this conversation over to the person at this phone and ends your call. Say so first. Give a summary of what is still to be done.',
  schema: z.strictObject({ summary: z.string().trim().min(1).max(500) }),
  run: ({ summary }) => ({
    output: { done: true, note: 'The person at this phone has your summary. This call ends now.' },
    ends: { cause: 'handed-over', details: summary },
  }),
});
