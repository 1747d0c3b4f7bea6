/// The checksum at the end of a recording: CRC-32 as in ISO 3309 (and zlib), bit by bit reflected.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    var word = UInt32(index)
    for _ in 0..<8 { word = word & 1 == 0 ? word >> 1 : word >> 1 ^ 0xedb8_8320 }
    return word
  }

  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var word = ~UInt32(0)
    for byte in bytes { word = word >> 8 ^ table[Int(UInt8(truncatingIfNeeded: word) ^ byte)] }
    return ~word
  }
}
