// RISC-V privileged architecture 1.13, "Sv39: Page-Based 39-bit Virtual-Memory System",
// "Svnapot", "Svpbmt", "Svade", "Svadu", and "Two-Stage Address Translation" of the H extension.

/// The fields of a page-table entry of Sv39, Sv48 and Sv57, at both stages.
enum RISCVEntry {
  /// N: the entry is part of a naturally aligned power-of-two range (Svnapot).
  static let napot = Bits(63)
  /// PBMT: the page-based memory type (Svpbmt).
  static let memoryType = Bits(61...62)
  /// Reserved for future standard use.
  static let reserved = Bits(54...60)
  /// PPN: the physical page number.
  static let frame = Bits(10...53)
  /// RSW: for software.
  static let software = Bits(8...9)
  /// D: written since the flag was cleared.
  static let dirty = Bits(7)
  /// A: used since the flag was cleared.
  static let accessed = Bits(6)
  /// G: mapped in all address spaces.
  static let global = Bits(5)
  /// U: accessible to U-mode (at the G-stage: to all guests' accesses).
  static let user = Bits(4)
  /// X: executable.
  static let execute = Bits(3)
  /// W: writable.
  static let write = Bits(2)
  /// R: readable.
  static let read = Bits(1)
  /// V: valid.
  static let valid = Bits(0)

  /// The fields from the most significant down.
  static let layout = [
    napot, memoryType, reserved, frame, software, dirty, accessed, global, user, execute, write,
    read, valid,
  ]
}
