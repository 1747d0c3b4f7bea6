import Nestwalk

/// Hands arbitrary bytes to what `nestwalk migrate` plays: the first byte chooses a script of writes on
/// tables of an architecture, or the flags of a dirty log's phases.
///
/// What is refused must end in a sentence. What is played must tell every page that was written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMigrate(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let first = bytes.first else { return 0 }
  let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
  switch first {
  case UInt8(ascii: "x"): ScriptPlay.play(text, .ept4)
  case UInt8(ascii: "a"): ScriptPlay.play(text, .arm4K)
  case UInt8(ascii: "r"): ScriptPlay.play(text, .sv48x4)
  default: PhasesPlay.play(text)
  }
  return 0
}
