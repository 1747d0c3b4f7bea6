/// One shared copy: a node of the kernel's stable tree, or a "dup" on a chain.
struct SharedCopy {
  static let none = UInt32.max

  var content: PageContent
  /// The tracked pages on the copy's list: those that map it, and those that did at their last visit.
  var length: UInt32 = 0
  /// The pages that map it now, of which the last to go frees the frame.
  var mappers: UInt32 = 0
  var chain = Self.none
  var next = Self.none
  var previous = Self.none
  var node: UInt8
  /// Whether it has left the stable set; its number is free again when `length` comes to nought.
  var isRemoved = false

  /// Whether the frame has been freed under the stable set.
  var isStale: Bool { mappers == 0 }

  func hasRoom(_ limit: Int, beyond more: Int = 0) -> Bool {
    length > 0 && Int(length) + more < limit
  }
}
