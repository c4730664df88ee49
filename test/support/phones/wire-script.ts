/** The wire as a story. */
import type { TestPhone } from './phone';

/** `> INVITE`, `< 180 INVITE`, `> INVITE sendonly`; probes and 100s are left out. */
export function wireScriptOf(phone: Pick<TestPhone, 'trace'>): string[] {
  return phone.trace.flatMap(({ direction, text }) => {
    const arrow = direction === 'out' ? '>' : '<';
    const request = /^([A-Z]+) sip:/.exec(text);
    const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
    const method = /^CSeq: *\d+ (\w+)/im.exec(text)?.[1] ?? '';
    if (method === 'OPTIONS' || status === '100') return [];
    if (status !== undefined) return [`${arrow} ${status} ${method}`];
    const held = /^a=(sendonly|recvonly|inactive)\r?$/m.exec(text)?.[1];
    return [`${arrow} ${request?.[1] ?? '?'}${method === 'INVITE' && held !== undefined ? ` ${held}` : ''}`];
  });
}
