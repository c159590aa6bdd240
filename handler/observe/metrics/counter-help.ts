/** What the counters of `/health` count, for those who read them as metrics. */
export const COUNTER_HELP: Readonly<Record<string, string>> = {
  requests_received: 'Requests from clients, refused ones too',
  slow_clients_cut: 'Clients cut because too much waited for them',
  channels_unfiltered: 'Channels that backends wanted filters for, which have no effect',
  messages_received: 'Items taken from publishers',
  messages_repeated: 'Items dropped because their id was published before',
  messages_lost: 'Items that waited for a worker when it ended',
  publishes_refused: 'Items refused because too much waited for a worker',
  pull_refused: 'Messages of the ZeroMQ PULL input that could not be read',
  sub_refused: 'Messages of the ZeroMQ SUB input that could not be read',
  command_refused: 'Messages of the command socket that could not be read',
  stats_dropped: 'Stats packets, or what they would have told, dropped for want of room',
}
