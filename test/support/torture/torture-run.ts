/** Plays one torture message to a phone and says in a word what the phone did. */
import { startPlayedPhone } from '../phones/played-phone';
import type { TortureMessage } from './torture-message';

/** `as written`: with the request URI of the RFC. `ours`: with the phone's own Contact in its place. */
export type Target = 'as written' | 'ours';

/**
 * `rings`, `nothing`, the status code that it answered ("400"), or codes one after the other. `exception`, `no phone
 * afterwards` and `the call is lost` are never right.
 */
export type Outcome = string;

const statusOf = (text: string): string | undefined => /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];

/** The message with another request URI; a response as it is. */
export function withTarget(message: TortureMessage, target: string): Uint8Array {
  const wire = Buffer.from(message.bytes).toString('latin1');
  const end = wire.indexOf('\r\n');
  const line = wire.slice(0, end).replace(/^(?!SIP\/)(\S+) .*(SIP\/\d\.\d\s*)$/, `$1 ${target} $2`);
  return Buffer.from(line + wire.slice(end), 'latin1');
}

/** A new phone gets the message, idle or in a call; then it takes another call, or hangs up the one it has. */
export async function playTorture(message: TortureMessage, target: Target, inCall: boolean): Promise<Outcome> {
  const played = await startPlayedPhone();
  const call = inCall ? await played.takeCall('before') : null;
  const mine = played.liveCalls().map(({ id }) => id);
  const before = played.sent.length;
  let outcome = '';
  try {
    played.deliver(target === 'ours' ? withTarget(message, played.contact()) : message.bytes);
  } catch (error) {
    outcome = `exception: ${String(error)}`;
  }
  await played.pass(1_000);
  const ringing = played.liveCalls().filter(({ id }) => !mine.includes(id));
  const statuses = played.sent.slice(before).flatMap((text) => statusOf(text) ?? []);
  const finals = statuses.filter((status) => status >= '200');
  if (outcome === '') outcome = ringing.length > 0 ? 'rings' : finals.length > 0 ? finals.join(', ') : 'nothing';
  // Whoever rings is declined, and that answer goes to where the message came from.
  for (const { id } of ringing) played.phone.agent.act(id, { verb: 'end', how: 'busy' });
  await played.pass(1_000);
  if (ringing.length > 0 && !played.sent.slice(before).some((text) => statusOf(text) === '486'))
    outcome = 'rings, no 486';
  if (!mine.every((id) => played.liveCalls().some((live) => live.id === id))) outcome += ', the call is lost';
  if (call !== null && (await call.hangUp('bye', 2)) !== 200) outcome += ', no BYE afterwards';
  try {
    const last = await played.takeCall('after');
    if ((await last.hangUp('after-bye', 2)) !== 200) outcome += ', no BYE afterwards';
  } catch {
    outcome += ', no phone afterwards';
  }
  await played.stop();
  return outcome;
}
