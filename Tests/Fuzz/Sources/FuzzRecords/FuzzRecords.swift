import Nestwalk

/// Hands arbitrary bytes to the reader of records, line by line, on a small memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecords(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let memory = try? PhysicalMemory(at: HostPhysical(0), bytes: 1 << 16) else { return 0 }
  var session = TranslateSession(memory: memory)
  session.explainedLine = 2
  var writer = JSONWriter()
  for (number, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
  {
    let reply = session.answer(bytes, in: line.indices, line: number + 1, to: &writer)
    precondition((reply == .refused) == !session.diagnostics.isEmpty)
    for diagnostic in session.diagnostics {
      // A column points into its line, or just behind it.
      precondition(1...line.count + 1 ~= diagnostic.position.column)
    }
  }
  // What is written is read again: every answer is JSON.
  for line in writer.bytes.split(separator: 0x0a) {
    var reader = JSONReader(Array(line))
    do {
      try reader.skip()
      try reader.finish()
    } catch {
      preconditionFailure("an answer is not JSON: \(error)")
    }
  }
  return 0
}
