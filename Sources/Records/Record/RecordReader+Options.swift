extension RecordReader {
  /// Takes the record's options over.
  mutating func choose<Registers>(
    of table: RegisterTable<Registers>, in registers: inout Registers
  ) {
    guard has(.options) else { return }
    guard isObject(.options) else {
      refuse(.options, "it must be an object")
      return
    }
    for option in options {
      guard let known = table.options.first(where: { $0.name == option.name }) else {
        var sentence = "There is no option “\(option.name)” for this ISA."
        if let guess = Spelling.nearest(to: option.name, among: table.options.map(\.name)) {
          sentence += " Is “\(guess)” meant?"
        }
        refuse(at: option.offset, sentence)
        continue
      }
      guard let number = known.choices.firstIndex(of: option.value) else {
        refuse(
          at: option.valueOffset,
          "“\(option.name)” is “\(option.value)”: it must be \(Spelling.list(known.choices)).")
        continue
      }
      known.choose(&registers, number)
    }
  }
}
