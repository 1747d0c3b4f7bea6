public import Quantities
internal import Records

extension ValueForm where Value == String {
  /// Any text.
  ///
  /// A bare `no` or `12` is a text here, as it stands.
  public static var text: Self {
    .scalar(schema: .text, rule: "it must be a text") { scalar throws(FormError) in
      guard !scalar.text.isEmpty else { throw FormError("it must be a text that is not empty") }
      return scalar.text
    }
  }

  /// A text of one line that a terminal shows as it stands, of so many characters at most.
  public static func line(atMost most: Int) -> Self {
    text.map { text throws(FormError) in
      guard text.count <= most else {
        throw FormError("it must have at most \(most) characters")
      }
      guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
      else { throw FormError("it must be one line without control characters") }
      return text
    }
  }
}

extension ValueForm where Value == Bool {
  /// `true` or `false`, and none of YAML 1.1's other words for them.
  public static var boolean: Self {
    let rule = "it must be true or false"
    return .scalar(schema: .boolean, rule: rule) { scalar throws(FormError) in
      switch (scalar.text, scalar.isPlain) {
      case ("true", true): return true
      case ("false", true): return false
      case ("true", false), ("false", false): throw FormError("\(rule), without quotes")
      default: break
      }
      let word = scalar.text.lowercased()
      if ["yes", "on", "y", "true"].contains(word) { throw FormError("it must be “true”") }
      if ["no", "off", "n", "false"].contains(word) { throw FormError("it must be “false”") }
      throw FormError(rule)
    }
  }
}

extension ValueForm where Value: FixedWidthInteger & Sendable {
  /// A whole number, which may be written `1e6`.
  public static func integer(
    in range: ClosedRange<Value> = Value.min...Value.max
  ) -> Self {
    let schema = ValueSchema.integer(
      least: "\(range.lowerBound)", most: "\(range.upperBound)")
    let rule =
      range.upperBound == .max
      ? "it must be a whole number of \(range.lowerBound) or more"
      : "it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
    return .scalar(schema: schema, rule: rule) { scalar throws(FormError) in
      let text = try PlainNumber.text(scalar, rule: rule)
      let isNegative = text.first == "-"
      let magnitude: UInt64
      do throws(QuantityError) {
        magnitude = try ExactDecimal(parsing: isNegative ? text.dropFirst() : text[...])
          .multiplied(by: 1)
      } catch {
        if error == .tooLarge || error == .tooManyDigits {
          throw FormError("it must be at most \(range.upperBound)")
        }
        throw FormError(PlainNumber.rule(for: error, rule))
      }
      let value = isNegative ? Value(exactly: -Int128(magnitude)) : Value(exactly: magnitude)
      guard let value, range ~= value else { throw FormError(rule) }
      return value
    }
  }
}

extension ValueForm where Value == Double {
  /// A number with decimals.
  public static func number(in range: ClosedRange<Double>) -> Self {
    let schema = ValueSchema.number(least: range.lowerBound, most: range.upperBound)
    let rule =
      "it must be a number from \(PlainNumber.spoken(range.lowerBound))"
      + " to \(PlainNumber.spoken(range.upperBound))"
    return .scalar(schema: schema, rule: rule) { scalar throws(FormError) in
      let text = try PlainNumber.text(scalar, rule: rule)
      do throws(QuantityError) {
        _ = try ExactDecimal(parsing: text.first == "-" ? text.dropFirst() : text[...])
      } catch {
        throw FormError(PlainNumber.rule(for: error, rule))
      }
      guard let value = Double(text), range ~= value else { throw FormError(rule) }
      return value
    }
  }
}

extension ValueForm where Value: Quantity {
  /// A quantity with its unit, in quotes or bare.
  public static func quantity(in range: ClosedRange<Value>? = nil) -> Self {
    let kind = Value.kind
    let schema = ValueSchema.quantity(
      noun: kind.noun, units: kind.units.map(\.symbol), isBareAllowed: kind.bareFactor != nil)
    let rule =
      range.map { "it must be from \($0.lowerBound) to \($0.upperBound)" }
      ?? "it must be \(kind.noun) such as \(kind.examples)"
    return .scalar(schema: schema, rule: rule) { scalar throws(FormError) in
      let value: Value
      do throws(QuantityError) {
        value = try Value(parsing: scalar.text)
      } catch {
        throw FormError(PlainNumber.rule(for: error, in: kind, scalar.text))
      }
      if let range, !(range ~= value) { throw FormError(rule) }
      return value
    }
  }
}

extension ValueForm where Value == ByteSize {
  /// A size such as `4 GiB`.
  public static var size: Self { .quantity() }
}

extension ValueForm where Value == TimeSpan {
  /// A time such as `6.2 us`.
  public static var time: Self { .quantity() }
}

extension ValueForm where Value == Frequency {
  /// A frequency such as `2.5 GHz`.
  public static var frequency: Self { .quantity() }
}

extension ValueForm where Value == DataRate {
  /// A data rate such as `10 Gbit/s`.
  public static var dataRate: Self { .quantity() }
}

extension ValueForm where Value == Share {
  /// A share such as `12.5 %`, of at most all.
  public static var share: Self { .quantity(in: Share(billionths: 0)...Share.whole) }
}

extension ValueForm where Value: RawRepresentable<String> & CaseIterable & Sendable {
  /// One of the words of an enumeration.
  public static func choice(_ type: Value.Type = Value.self) -> Self {
    .choice(among: type.allCases.map { ($0.rawValue, $0) })
  }
}

extension ValueForm where Value: Sendable {
  /// One of some words, each with its value.
  public static func choice(among choices: [(word: String, value: Value)]) -> Self {
    let words = choices.map(\.word)
    let rule = "it must be \(Spelling.list(words))"
    return .scalar(schema: .choice(words), rule: rule) { scalar throws(FormError) in
      if let choice = choices.first(where: { $0.word == scalar.text }) { return choice.value }
      guard let guess = Spelling.nearest(to: scalar.text, among: words) else {
        throw FormError(rule)
      }
      throw FormError("\(rule); is “\(guess)” meant?")
    }
  }
}
