/** Numbers that reach emergency services on every mobile network (3GPP TS 22.101 section 10.1.1). */
export const EMERGENCY_EVERYWHERE: readonly string[] = ['112', '911', '999'];
