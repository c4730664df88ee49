/** `URL` exists in every zone (Node and browser); the contracts' library alone does not know it. */
declare class URL {
  constructor(url: string, base?: string);
  readonly protocol: string;
  readonly hostname: string;
  readonly username: string;
  readonly password: string;
  readonly hash: string;
  readonly search: string;
}
