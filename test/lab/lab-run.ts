/** How a lab is run as a program. */

/** What `runLab` was told, and how it says things. */
export interface LabRun {
  readonly args: readonly string[];
  readonly say: (text: string) => void;
  /** Resolves when the lab is to end. */
  readonly ended: Promise<void>;
  /** Called with the folder and the key file, for whom they must be readable. */
  readonly share: (folder: string, keyFile: string) => Promise<void>;
}
