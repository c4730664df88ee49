/** A command on a call, in the words of SIP. */
import type { CallId } from '../../../contracts/call/call';
import type { CallCommand } from '../../../contracts/call/call-command';
import type { Clock } from '../../base/clock';
import { canEnd } from '../call/call';
import type { CallTable } from '../call/call-table';
import type { Act } from '../port/user-agent';

/** 603 declines for every phone of the line, 486 for this one alone (RFC 3261 sections 21.4.24 and 21.6.2). */
const DECLINED = 603;
const BUSY = 486;

export function createActOnCall(calls: CallTable, clock: Clock): Act {
  function end(id: CallId, how: 'busy' | 'time-limit' | undefined): void {
    const entry = calls.get(id);
    if (entry === undefined || !canEnd(entry.call())) return;
    if (how === 'time-limit') entry.apply({ type: 'ended', at: clock.now(), cause: how, details: '' });
    entry.session()?.end(how === 'busy' ? BUSY : DECLINED);
  }
  return async (id: CallId, command: CallCommand): Promise<void> => {
    switch (command.verb) {
      case 'answer':
        return await calls.answer(id);
      case 'end':
        return end(id, command.how);
      case 'mute':
        return calls.get(id)?.setMuted(command.on);
      case 'hold':
        return calls.hold(id);
      case 'resume':
        return calls.resume(id);
      case 'send-digits':
        return calls.get(id)?.sendDigits(command.digits);
      case 'send-after':
        return calls.get(id)?.sendAfter();
      case 'dismiss':
        return calls.dismiss(id);
    }
  };
}
