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
        await calls.answer(id);
        return;
      case 'end':
        end(id, command.how);
        return;
      case 'mute':
        calls.get(id)?.setMuted(command.on);
        return;
      case 'hold':
        calls.hold(id);
        return;
      case 'resume':
        calls.resume(id);
        return;
      case 'send-digits':
        calls.get(id)?.sendDigits(command.digits);
        return;
      case 'send-after':
        calls.get(id)?.sendAfter();
        return;
      case 'dismiss':
        calls.dismiss(id);
        return;
    }
  };
}
