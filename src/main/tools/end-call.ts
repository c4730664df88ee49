import { z } from 'zod';
import { defineTool } from './tool';

/** The assistant says goodbye and ends its own call. */
export const endCall = defineTool({
  name: 'end_call',
  description: 'Ends this call. Use it after you and the caller have said goodbye.',
  schema: z.strictObject({}),
  run: () => ({ output: { done: true }, ends: { cause: 'hung-up-by-peer', details: '' } }),
});
