import { lazy, Suspense, useRef } from 'react';
import type { Call } from '../../../contracts/call/call';
import type { Profile } from '../../../contracts/profile/profile';
import { isLive, layoutOf } from '../../state/call-views';
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
import { NoticePlace } from '../kit/NoticePlace';
import { placeCall } from '../kit/place-call';
import { IncomingCard } from '../phone/IncomingCard';
import { LostCallsNotice } from '../phone/LostCallsNotice';
import { PhoneNotice } from '../phone/PhoneNotice';
import { PracticeHint } from '../phone/PracticeHint';
import { RegistrationNotice } from '../phone/RegistrationNotice';
import { useFold } from '../phone/use-fold';

// Shown once in the life of an installation: it waits outside until then.
const FirstRunGuide = lazy(async () => ({ default: (await import('../guide/FirstRunGuide')).FirstRunGuide }));

/**
 * The calls, and below them, always in the same place, the dialler. What rings is on top, then the large card: both are always whole. Calls that wait
 * are one line each. Where room is short the dialler folds first, then the rest scrolls.
 */
export function PhoneScreen() {
  const app = useApp();
  const { guide, phone, profiles, view, grantFailure } = app;
  const refused = useStore(grantFailure);
  const snapshot = useStore(phone);
  const { keypadCallId, dialFailure } = useStore(view);
  const lines = useStore(profiles);
  const profile = activeProfile(lines);
  const layout = layoutOf(snapshot);
  const lineOf = (call: Call): Profile | null => lines?.profiles.find(({ id }) => id === call.profileId) ?? null;
  const digitsTo = snapshot.calls.find(
    (call) => call.id === keypadCallId && (call.can.includes('send-digits') || call.phase === 'recovering'),
  );
  const ringing = useOneByOne(layout.incoming);
  const held = layout.lines.filter(isLive);
  const ended = layout.lines.filter((call) => !isLive(call));
  /** Each with what stands above it, by their ids. */
  const inOrder = [...ringing, ...(layout.main === null ? [] : [layout.main]), ...held, ...ended];
  const above = (call: Call): string =>
    inOrder
      .slice(0, inOrder.indexOf(call))
      .map(({ id }) => id)
      .join(' ');
  const lineFor = (call: Call) => <CallLine key={call.id} call={call} line={lineOf(call)} above={above(call)} />;
  const phoneRef = useRef<HTMLDivElement>(null);
  useFold(phoneRef, [digitsTo?.id ?? profile?.id, ringing.length, snapshot.calls.filter(isLive).length].join(' '));
  const { open: guiding, call: guided } = useStore(guide);
  /** Any other call has the screen for itself. */
  const showsGuide = guiding && snapshot.calls.every(({ id }) => id === guided?.id);

  // That the line is away is told once, and with the button that mends it.
  const { registration } = snapshot;
  const isAway = dialFailure?.reason === 'gateway-unavailable' && registration.phase === 'waiting';
  const dialProblem =
    dialFailure === null || (isAway && refused !== null)
      ? null
      : isAway
        ? { ...dialFailure, sentence: registration.sentence }
        : dialFailure;
  function dialAgain(): void {
    if (isAway) phone.reconnectNow();
    void placeCall(app);
  }

  return (
    <div ref={phoneRef} className="phone" data-guide={showsGuide}>
      <section className="calls" aria-label="Calls">
        <div className="calls-ringing" {...(ringing.length > 0 ? { 'data-calls': true, 'data-rings': true } : {})}>
          <div className="calls-part" data-wants-room>
            {ringing.map((call) => (
              <IncomingCard key={call.id} call={call} line={lineOf(call)} above={above(call)} />
            ))}
          </div>
        </div>
        <div
          className="calls-part"
          data-wants-room
          {...(layout.main !== null && isLive(layout.main) ? { 'data-calls': true } : {})}
        >
          {layout.main !== null && (
            <CallCard key={layout.main.id} call={layout.main} line={lineOf(layout.main)} above={above(layout.main)} />
          )}
        </div>
        <div className="calls-more">
          <div className="calls-part" data-wants-room>
            {held.map(lineFor)}
          </div>
          <div className="calls-part">
            {layout.main !== null && <CallTranscript key={`transcript ${layout.main.id}`} callId={layout.main.id} />}
          </div>
          <div className="calls-part" data-wants-line {...(ended.length > 0 ? { 'data-calls': true } : {})}>
            {ended.map(lineFor)}
          </div>
          <div className="calls-part calls-rest">
            <LostCallsNotice />
            {dialProblem === null && <RegistrationNotice />}
            <AuditNotice />
            {showsGuide && (
              <Suspense fallback={null}>
                <FirstRunGuide />
              </Suspense>
            )}
            {!showsGuide &&
              snapshot.calls.length === 0 &&
              profile?.environment === 'practice' &&
              dialFailure === null && <PracticeHint />}
          </div>
        </div>
      </section>
      <NoticePlace />
      <section className="dialling" aria-label="Dialler">
        <div className="dial-notices" data-takes-room>
          <PhoneNotice />
          {dialProblem !== null && (
            <FailureNotice
              failure={dialProblem}
              onRetry={dialAgain}
              onDismiss={() => view.change({ dialFailure: null })}
            />
          )}
        </div>
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
