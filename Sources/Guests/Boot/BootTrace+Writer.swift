extension BootTrace {
  /// The bytes of the recording's file.
  ///
  /// What a reader would refuse is a mistake of the program and stops it: touches beyond the memory or
  /// out of order, phases that don't add up, texts of more than a line.
  public func encoded() -> [UInt8] {
    precondition(
      touches.count == phases.reduce(0) { $0 + $1.touches }, "each touch is in one phase")
    var lines = [
      "nestwalk boot 1", "name \(name)", "kernel \(kernel)", "emulator \(emulator)",
      "machine \(machine)", "processor \(processor)", "memory \(memoryBytes)",
    ]
    for phase in phases {
      lines.append(
        "phase \(phase.name) instructions \(phase.instructions) idle \(phase.idleMicroseconds)"
          + " touches \(phase.touches)")
    }
    for region in regions {
      guard let name = region.use.regionName else { continue }
      let ranges = region.ranges.map { " \($0.lowerBound)+\($0.count)" }
      lines.append("region \(name)\(ranges.joined())")
    }
    lines += [
      "pages \(pages)", "touches \(touches.count)", "content \(BootTraceReader.content)",
    ]
    var bytes = Array((lines.joined(separator: "\n") + "\n\n").utf8)
    appendTouches(to: &bytes)
    let checksum = CRC32.of(bytes[...])
    for shift: UInt32 in [0, 8, 16, 24] {
      bytes.append(UInt8(truncatingIfNeeded: checksum >> shift))
    }
    return bytes
  }

  private func appendTouches(to bytes: inout [UInt8]) {
    var expected: [UInt32] = [0, 0, 0, 0]
    var tick: UInt32 = 0
    var before: UInt8?
    var repetitions = 0
    func flush(_ bytes: inout [UInt8]) {
      guard repetitions > 0, let before else { return }
      // The first repetition is written out, and the count of the others follows it.
      bytes.append(before)
      Self.append(UInt64(repetitions - 1), to: &bytes)
      repetitions = 0
    }
    for touch in touches {
      precondition(touch.tick >= tick, "touches come in the order of their times")
      let kind = Int(touch.kind.rawValue)
      let delta = touch.tick - tick
      let step = Int64(touch.page) - Int64(expected[kind])
      var control = touch.kind.rawValue | UInt8(min(delta, 15)) << 4
      if touch.isRepeated { control |= 4 }
      if step != 0 { control |= 8 }
      tick = touch.tick
      expected[kind] = touch.page + 1
      let isSingle = step == 0 && delta < 15
      if isSingle, control == before {
        repetitions += 1
        continue
      }
      flush(&bytes)
      bytes.append(control)
      if step != 0 {
        Self.append(UInt64(bitPattern: step << 1 ^ step >> 63), to: &bytes)
      }
      if delta >= 15 { Self.append(UInt64(delta - 15), to: &bytes) }
      before = isSingle ? control : nil
    }
    flush(&bytes)
  }

  /// Seven bits a byte, the low ones first; bit 7 says that more follow.
  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
