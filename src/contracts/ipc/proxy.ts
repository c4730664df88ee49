/** The small window for a proxy's password. */
import { z } from 'zod';
import { proxyLogin, proxyQuestion } from '../proxy';
import { nothing, type Channel } from './channel';

export const proxyChannels = {
  /** What the small window of a proxy's password is open for. */
  'proxy.question': { input: nothing, output: proxyQuestion, windows: ['proxy'] },
  /** Of that window alone; main closes it. */
  'proxy.answer': { input: proxyLogin, output: z.null(), windows: ['proxy'] },
} as const satisfies Record<string, Channel>;
