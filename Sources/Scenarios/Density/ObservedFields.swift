internal import Quantities
internal import Studies

/// The forms that the parts of an inventory share, and the nodes that they are written as.
extension ValueForm where Value == Observed<UInt64> {
  /// A number of bytes with its origin.
  static var observedSize: Self {
    .observed(ValueForm<ByteSize>.size.map { (size) throws(FormError) in size.bytes })
  }

  /// A number with its origin.
  static var observedNumber: Self { .observed(ValueForm<UInt64>.integer()) }

  /// A data rate with its origin, as bytes in a second.
  static var observedRate: Self {
    .observed(
      ValueForm<DataRate>.dataRate.map { (rate) throws(FormError) in rate.bitsPerSecond / 8 })
  }
}

extension ValueForm where Value == Observed<Int> {
  /// A count with its origin.
  static var observedCount: Self { .observed(ValueForm<Int>.integer(in: 0...1_000_000)) }
}

extension ValueForm where Value == Observed<Bool> {
  /// Whether something is so, with its origin.
  static var observedTruth: Self { .observed(ValueForm<Bool>.boolean) }
}

extension ValueForm where Value == UInt64 {
  /// The bytes of a page.
  static var pageSize: Self {
    ValueForm<ByteSize>.size.map { (size) throws(FormError) in
      guard size.bytes.nonzeroBitCount == 1, 4096...(1 << 40) ~= size.bytes else {
        throw FormError("it must be a power of 2, of 4 KiB or more")
      }
      return size.bytes
    }
  }
}

extension Observed<UInt64> {
  /// The number of bytes as it is written.
  var sizeNode: Node { node(ByteSize(value)) }

  /// The data rate as it is written.
  var rateNode: Node { node(DataRate(bitsPerSecond: min(value, .max / 8) * 8)) }

  /// The number as it is written.
  var numberNode: Node { node(value) }
}

extension Observed<Int> {
  /// The count as it is written.
  var countNode: Node { node(value) }
}

extension Observed<Bool> {
  /// The truth value as it is written.
  var truthNode: Node { node(value) }
}

extension Observed where Value: RawRepresentable<String> {
  /// The word as it is written.
  var wordNode: Node { node(value.rawValue) }
}
