/// A slot's writes as they are logged.
struct DirtyLog {
  let splitting: LogSplitting
  var pages: SlotPages
}
