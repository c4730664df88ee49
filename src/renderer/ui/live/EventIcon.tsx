import {
  CircleAlert,
  Grid3x3,
  KeyRound,
  MessageSquareText,
  Pause,
  Phone,
  PhoneCall,
  PhoneForwarded,
  PhoneIncoming,
  PhoneMissed,
  PhoneOff,
  PhoneOutgoing,
  Play,
  Radio,
  RadioTower,
  ScrollText,
  ShieldX,
  Sparkles,
  Users,
  WifiOff,
  Wrench,
  type LucideIcon,
} from 'lucide-react';
import type { LiveKind } from '../../../contracts/call/event';

/** Icon and tone of each kind of event. */
const LOOKS: Readonly<Record<LiveKind, readonly [icon: LucideIcon, tone: 'good' | 'bad' | 'quiet']>> = {
  'call-dialing': [PhoneOutgoing, 'quiet'],
  'call-incoming': [PhoneIncoming, 'quiet'],
  'call-ringing': [Phone, 'quiet'],
  'call-answered': [PhoneCall, 'good'],
  'call-held': [Pause, 'quiet'],
  'call-resumed': [Play, 'quiet'],
  'call-held-by-peer': [Pause, 'quiet'],
  'call-resumed-by-peer': [Play, 'quiet'],
  'call-digits': [Grid3x3, 'quiet'],
  'call-said': [MessageSquareText, 'quiet'],
  'call-tool': [Wrench, 'quiet'],
  'call-missed': [PhoneMissed, 'bad'],
  'call-ended': [PhoneOff, 'quiet'],
  'call-failed': [PhoneOff, 'bad'],
  'line-ringing': [PhoneIncoming, 'quiet'],
  'line-answered': [PhoneCall, 'good'],
  'line-ended': [PhoneOff, 'quiet'],
  'line-participant': [Users, 'quiet'],
  'line-transcript': [ScrollText, 'quiet'],
  'line-audit': [Sparkles, 'quiet'],
  'line-joined': [RadioTower, 'good'],
  'line-lost': [RadioTower, 'bad'],
  registered: [Radio, 'good'],
  unregistered: [Radio, 'quiet'],
  connecting: [Radio, 'quiet'],
  'connection-lost': [WifiOff, 'bad'],
  'token-minted': [KeyRound, 'quiet'],
  'token-refused': [ShieldX, 'bad'],
  'key-changed': [KeyRound, 'good'],
  'message-repaired': [Wrench, 'quiet'],
  'message-refused': [CircleAlert, 'bad'],
  'transfer-declined': [PhoneForwarded, 'quiet'],
  problem: [CircleAlert, 'bad'],
};

/** The picture of an event; its title says the same in words. */
export function EventIcon({ kind }: { readonly kind: LiveKind }) {
  const [Icon, tone] = LOOKS[kind];
  return <Icon className="event-icon" data-tone={tone} size={16} aria-hidden="true" />;
}
