/** The profile that always exists: the line to the gateway on this computer. */
export const PRACTICE_PROFILE_ID = 'practice';
