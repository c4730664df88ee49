import { useEffect, useRef } from 'react';
import { isLive } from '../state/call-views';
import { useSelected, useStore } from '../state/use-store';
import { useApp } from './app-context';

/** The far ends' sound: one audio element for each live call, on the chosen speaker. */
export function RemoteAudio() {
  const { phone } = useApp();
  const { calls } = useStore(phone);
  return calls.filter(isLive).map((call) => <CallAudio key={call.id} callId={call.id} />);
}

function CallAudio({ callId }: { readonly callId: string }) {
  const { phone, settings } = useApp();
  const stream = useSelected(phone, () => phone.remoteStream(callId));
  const speaker = useSelected(settings, (value) => value.speakerId);
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (audio.current !== null) audio.current.srcObject = stream;
  }, [stream]);
  useEffect(() => {
    // A speaker that was unplugged: the default one is better than silence.
    audio.current?.setSinkId(speaker ?? '').catch(() => audio.current?.setSinkId('')).catch(() => undefined);
  }, [speaker]);
  return <audio ref={audio} data-testid="remote-audio" data-call-id={callId} autoPlay />;
}
