/** The password that a proxy of the network wants. */
import { z } from 'zod';

/** What the small window is opened for. */
export const proxyQuestion = z.object({
  /** `host:port`; empty: nothing is asked any more. */
  proxy: z.string().max(300),
  /** What was given before was refused. */
  refused: z.boolean(),
});
export type ProxyQuestion = z.infer<typeof proxyQuestion>;

/** As it was typed. RFC 7617 ends the name at the first colon. */
export const proxyLogin = z.strictObject({
  user: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^:\p{Cc}]+$/u),
  password: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u),
});
export type ProxyLogin = z.infer<typeof proxyLogin>;
