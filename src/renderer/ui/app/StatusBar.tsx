import { DevicesMenu } from './DevicesMenu';
import { DoNotDisturb } from './DoNotDisturb';
import { LogoMark } from '../kit/LogoMark';
import { MicrophoneLevel } from '../kit/MicrophoneLevel';
import { ProfileMenu } from './ProfileMenu';
import { RegistrationStatus } from './RegistrationStatus';
import { TokenRing } from './TokenRing';

/** The line at the top: which line, is it up, for how long, do they hear me. */
export function StatusBar() {
  return (
    <header className="status-bar">
      <div className="brand">
        <LogoMark />
        <span className="brand-name">Ringfence</span>
      </div>
      <ProfileMenu />
      <RegistrationStatus />
      <div className="status-end">
        <TokenRing />
        <MicrophoneLevel />
        <DevicesMenu />
        <DoNotDisturb />
      </div>
    </header>
  );
}
