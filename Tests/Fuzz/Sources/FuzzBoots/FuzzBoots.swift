import Nestwalk

/// Hands arbitrary bytes to the reader of recorded boots, and plays what it reads in guests of other
/// sizes.
///
/// A checksum would keep nearly every input out, so the last four bytes are made to fit.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBoots(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let first = bytes.first, first & 1 == 0 { repair(&bytes) }
  do throws(BootTraceProblem) {
    let trace = try BootTrace(bytes)
    precondition(trace.encoded().count <= bytes.count, "the writer needs more than the reader")
    precondition((try? BootTrace(trace.encoded())) == trace, "what is written is read again")
    for mebibytes in [trace.memoryBytes >> 20, 1, 300, 5000] as [UInt64] {
      play(trace, GuestLayout(memoryBytes: mebibytes << 20))
    }
  } catch {
    precondition(0...bytes.count ~= error.offset, "the place lies outside the file")
  }
  return 0
}

/// What every guest's steps keep to, whatever was recorded.
private func play(_ trace: BootTrace, _ layout: GuestLayout) {
  guard let profile = try? GuestProfile(trace, layout) else { return }
  // Thousands of struct pages can stand behind a byte.
  var left = 100_000
  var ready = 0
  for step in profile.steps() {
    switch step {
    case .touch(let touch): precondition(layout.contains(touch.address))
    case .compute(let time), .wait(let time): precondition(time > 0)
    case .ready: ready += 1
    case .phase: break
    }
    left -= 1
    if left == 0 { return }
  }
  precondition(ready == (trace.phases.isEmpty ? 0 : 1))
}

/// CRC-32 of all but the last four bytes, in them.
private func repair(_ bytes: inout [UInt8]) {
  guard bytes.count > 4 else { return }
  var word = ~UInt32(0)
  for byte in bytes.dropLast(4) {
    word ^= UInt32(byte)
    for _ in 0..<8 { word = word & 1 == 0 ? word >> 1 : word >> 1 ^ 0xedb8_8320 }
  }
  for index in 0..<4 {
    bytes[bytes.count - 4 + index] = UInt8(truncatingIfNeeded: ~word >> UInt32(8 * index))
  }
}
