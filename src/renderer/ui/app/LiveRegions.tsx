import { useEffect, useState } from 'react';
import type { Call } from '../../../contracts/call/call';
import { canAnswer, changedMutes, changedPhases } from '../../state/call-views';
import { useApp } from '../kit/app-context';
import { announcement, muteAnnouncement } from '../kit/messages';

/** What screen readers hear: changes of calls in their own time, an incoming call at once. */
export function LiveRegions() {
  const { phone, settings } = useApp();
  const [said, setSaid] = useState({ polite: '', assertive: '' });
  useEffect(() => {
    let before: readonly Call[] = phone.get().calls;
    return phone.subscribe(() => {
      const { calls } = phone.get();
      if (calls === before) return;
      const changes = changedPhases(before, calls);
      const mutes = changedMutes(before, calls).map(muteAnnouncement);
      before = calls;
      const loud = (call: Call): boolean => canAnswer(call) && !settings.get().doNotDisturb;
      const sentences = (list: typeof changes): string =>
        list
          .map(({ call, from }) => announcement(call, from))
          .filter((text) => text !== null)
          .join('. ');
      const polite = [sentences(changes.filter(({ call }) => !loud(call))), ...mutes]
        .filter((text) => text !== '')
        .join('. ');
      const assertive = sentences(changes.filter(({ call }) => loud(call)));
      if (polite !== '' || assertive !== '') setSaid({ polite, assertive });
    });
  }, [phone, settings]);
  return (
    <>
      <div className="visually-hidden" role="status">
        {said.polite}
      </div>
      <div className="visually-hidden" role="alert">
        {said.assertive}
      </div>
    </>
  );
}
