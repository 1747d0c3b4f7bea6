import Nestwalk

/// The example of the documentation: the records of `translate`, answered in a program.
func records() throws -> String {
  var session = TranslateSession(memory: try PhysicalMemory(bytes: 1 << 16))
  var writer = JSONWriter()
  let line = #"{"isa":"riscv64","address":"0x1234","access":"read"}"#
  _ = session.answer(Array(line.utf8), to: &writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}
