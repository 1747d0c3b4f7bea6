/// A value with the key that the user chose for it.
public struct KeyedValue<Value> {
  /// The key.
  public let key: String
  /// The value.
  public let value: Value

  /// A value with its key.
  public init(_ key: String, _ value: Value) {
    self.key = key
    self.value = value
  }
}

extension KeyedValue: Sendable where Value: Sendable {}
