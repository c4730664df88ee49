import { lazy, Suspense } from 'react';
import type { Call } from '../../../contracts/call/call';
import type { Profile } from '../../../contracts/profile/profile';
import { canSendDigits, isLive, layoutOf } from '../../state/call-views';
import { activeProfile, hasSip } from '../../state/profiles-store';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { useOneByOne } from '../kit/use-one-by-one';
import { AuditNotice } from '../kit/AuditNotice';
import { AssistantDialler } from '../phone/AssistantDialler';
import { CallCard } from '../phone/CallCard';
import { CallLine } from '../phone/CallLine';
import { CallTranscript } from '../phone/CallTranscript';
import { Dialler } from '../phone/Dialler';
import { DigitsPad } from '../phone/DigitsPad';
import { FailureNotice } from '../kit/FailureNotice';
import { IncomingCard } from '../phone/IncomingCard';
import { LostCallsNotice } from '../phone/LostCallsNotice';
import { PhoneNotice } from '../phone/PhoneNotice';
import { PracticeHint } from '../phone/PracticeHint';
import { RegistrationNotice } from '../phone/RegistrationNotice';

// Shown once in the life of an installation: it waits outside until then.
const FirstRunGuide = lazy(async () => ({ default: (await import('../guide/FirstRunGuide')).FirstRunGuide }));

/** The calls, and below them, always in the same place, the dialler. */
export function PhoneScreen() {
  const { guide, phone, profiles, view } = useApp();
  const snapshot = useStore(phone);
  const { keypadCallId, dialFailure } = useStore(view);
  const lines = useStore(profiles);
  const profile = activeProfile(lines);
  const layout = layoutOf(snapshot);
  const lineOf = (call: Call): Profile | null => lines?.profiles.find(({ id }) => id === call.profileId) ?? null;
  const digitsTo = snapshot.calls.find(
    (call) => call.id === keypadCallId && (canSendDigits(call) || call.phase === 'recovering'),
  );
  /** What stands above the call with this index, by their ids; the large card is above all lines. */
  const above = (calls: readonly Call[], index: number, first: readonly Call[] = []): string =>
    [...first, ...calls.slice(0, index)].map(({ id }) => id).join(' ');
  const large = layout.main === null ? [] : [layout.main];
  const incoming = useOneByOne(layout.incoming).map((call, index, shown) => (
    <IncomingCard
      key={call.id}
      call={call}
      line={lineOf(call)}
      small={layout.inCall}
      above={above(shown, index, layout.inCall ? [...large, ...layout.lines] : [])}
    />
  ));
  const live = snapshot.calls.filter(isLive).length;
  const { open: guiding, call: guided } = useStore(guide);
  /** Any other call has the screen for itself. */
  const showsGuide = guiding && snapshot.calls.every(({ id }) => id === guided?.id);

  return (
    <div className="phone" data-live-calls={live} data-digits={digitsTo !== undefined} data-guide={showsGuide}>
      <section className="calls" aria-label="Calls">
        {!layout.inCall && incoming}
        {layout.main !== null && <CallCard key={layout.main.id} call={layout.main} line={lineOf(layout.main)} />}
        {layout.main !== null && <CallTranscript key={`transcript ${layout.main.id}`} callId={layout.main.id} />}
        {layout.lines.map((call, index) => (
          <CallLine
            key={call.id}
            call={call}
            line={lineOf(call)}
            above={above(layout.lines, index, layout.inCall ? large : [...layout.incoming, ...large])}
          />
        ))}
        {layout.inCall && incoming}
        <LostCallsNotice />
        <RegistrationNotice />
        <AuditNotice />
        {showsGuide && (
          <Suspense fallback={null}>
            <FirstRunGuide />
          </Suspense>
        )}
        {!showsGuide && snapshot.calls.length === 0 && profile?.environment === 'practice' && dialFailure === null && (
          <PracticeHint />
        )}
      </section>
      <section className="dialling" aria-label="Dialler">
        <PhoneNotice />
        {dialFailure !== null && (
          <FailureNotice failure={dialFailure} onDismiss={() => view.change({ dialFailure: null })} />
        )}
        {profile !== null && !hasSip(profile) ? (
          <AssistantDialler line={profile} />
        ) : digitsTo === undefined ? (
          <Dialler />
        ) : (
          <DigitsPad call={digitsTo} />
        )}
      </section>
    </div>
  );
}
