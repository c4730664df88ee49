import { useEffect, useRef } from 'react';
import type { Sound } from '../../phone/port/user-agent';
import { isDrownedOut } from '../../state/call-views';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';

/** The far ends' sound: one audio element for each live call that has some, on the chosen speaker. */
export function RemoteAudio() {
  const { phone } = useApp();
  return useStore(phone.sounds).map((sound) => <CallAudio key={sound.callId} {...sound} />);
}

function CallAudio({ callId, stream }: Sound) {
  const { phone, settings } = useApp();
  const drownedOut = useSelected(phone, ({ calls }) => isDrownedOut(callId, calls));
  const speaker = useSelected(settings, (value) => value.speakerId);
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return undefined;
    element.srcObject = stream;
    // An element that still has a stream is never collected.
    return () => {
      element.srcObject = null;
    };
  }, [stream]);
  useEffect(() => {
    // A speaker that was unplugged: the default one is better than silence.
    audio.current
      ?.setSinkId(speaker ?? '')
      .catch(() => audio.current?.setSinkId(''))
      .catch(() => undefined);
  }, [speaker]);
  return <audio ref={audio} data-testid="remote-audio" data-call-id={callId} muted={drownedOut} autoPlay />;
}
