/** Why a feature that was dialed is not done: what the INVITE is refused with. */
export interface DialRefusal {
  readonly status: number;
  readonly reason: string;
}
