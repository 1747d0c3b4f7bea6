/// The recordings that the library has with it.
public enum RecordedBoot: String, Sendable, Hashable, CaseIterable {
  /// Debian's kernel on a PC with firmware that loads and unpacks it.
  case debian = "debian-boot"
  /// The same kernel, unpacked already, in a machine with next to no firmware.
  case microvm

  /// The recording.
  public var trace: BootTrace {
    do {
      return try BootTrace(bytes)
    } catch {
      preconditionFailure("\(rawValue) is damaged: \(error)")
    }
  }

  /// The bytes of the recording's file.
  public var bytes: [UInt8] {
    switch self {
    case .debian: Self.decoded(Self.debianText)
    case .microvm: Self.decoded(Self.microvmText)
    }
  }

  /// What Base64 writes (RFC 4648), over lines.
  private static func decoded(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var word: UInt32 = 0
    var bits = 0
    for letter in text.utf8 {
      let digit: UInt8
      switch letter {
      case 0x41...0x5a: digit = letter - 0x41
      case 0x61...0x7a: digit = letter - 0x61 + 26
      case 0x30...0x39: digit = letter - 0x30 + 52
      case UInt8(ascii: "+"): digit = 62
      case UInt8(ascii: "/"): digit = 63
      default: continue
      }
      word = word << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return bytes
  }
}
