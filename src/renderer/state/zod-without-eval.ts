/** Imported before any schema: zod would else try `new Function`, which the window's policy (CSP) reports as an attack. */
import { config } from 'zod';

config({ jitless: true });
