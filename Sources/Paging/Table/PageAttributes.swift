/// What an entry for a page says, on any format and at any stage.
struct PageAttributes: Sendable, Hashable {
  var read = false
  var write = false
  var executeUser = false
  var executeSupervisor = false
  /// Whether user mode has the rights; all second stages say yes.
  var user = true
  var memoryType = MemoryType.writeBack
  var isAccessed = false
  var isDirty = false
  var extraBits: UInt64 = 0

  /// The refusal of bits that a format doesn't let a caller add.
  func checkExtraBits(_ mask: UInt64) throws(AttributeError) {
    guard extraBits & ~mask != 0 else { return }
    throw AttributeError(
      "extraBits = \(hex(extraBits))", "the bits that may be added here are \(hex(mask))")
  }
}
