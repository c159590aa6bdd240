/** Whether only programs of this machine can connect to the IP address. */
export function isLoopback(address: string): boolean {
  return /^127\.|^::1$/.test(address)
}
