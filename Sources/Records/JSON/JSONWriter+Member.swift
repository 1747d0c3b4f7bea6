/// Keys with their values.
extension JSONWriter {
  package mutating func member(_ name: String, _ text: String) {
    key(name)
    value(text)
  }

  package mutating func member(_ name: String, _ number: Int) {
    key(name)
    value(number)
  }

  package mutating func member(_ name: String, _ number: UInt64) {
    key(name)
    value(number)
  }

  package mutating func member(_ name: String, _ boolean: Bool) {
    key(name)
    value(boolean)
  }

  package mutating func member(_ name: String, _ number: Double) {
    key(name)
    value(number)
  }
}
