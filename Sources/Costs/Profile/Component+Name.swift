extension Component {
  /// The name in profiles, ledgers and reports.
  public var name: String { "\(self)" }

  /// The component of this name.
  public init?(name: String) {
    guard let component = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = component
  }

  /// Whether a unit of it is one byte.
  public var isPerByte: Bool {
    switch self {
    case .zeroByte, .copyByte, .storageByte, .networkByte: true
    default: false
    }
  }
}
