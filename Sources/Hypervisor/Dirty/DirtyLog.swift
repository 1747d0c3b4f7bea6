/// A slot's writes as they are logged.
struct DirtyLog {
  let mechanism: DirtyMechanism
  let splitting: LogSplitting
  /// The pages that were written since they were cleared.
  var pages: SlotPages
  /// The pages whose dirty flag is known to be set, where page modifications are logged.
  var flagged: SlotPages
}
