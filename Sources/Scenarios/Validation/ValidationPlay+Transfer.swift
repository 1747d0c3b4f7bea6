internal import Quantities
internal import Studies

/// How pages that are waited for are written.
extension ValueForm where Value == ValidationPlay {
  static var transfer: Self {
    let bytes = RequiredField(
      "bytes", ValueForm<ByteSize>.quantity(in: ByteSize(1)...ByteSize(1 << 40)), "how many pass")
    let link = RequiredField("link", ValueForm<DataRate>.dataRate, "what passes in a second")
    let fit = OptionalField(
      "fit", fittedTransfer, "a published time, of which all but the bytes' own is added")
    return .mapping(
      "a transfer", [bytes.declaration, link.declaration, fit.declaration]
    ) { mapping in
      let bytes = mapping.value(of: bytes)
      let link = mapping.value(of: link)
      let fit = mapping.value(of: fit)
      guard let bytes, let link else { return nil }
      return .transfer(bytes: bytes.bytes, bitsPerSecond: link.bitsPerSecond, fit: fit)
    }
  }

  private static var fittedTransfer: ValueForm<ValidationTransfer> {
    let bytes = RequiredField(
      "bytes", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 40)), "how many passed")
    let time = RequiredField("time", ValueForm<TimeSpan>.time, "how long they took")
    let row = RequiredField("row", ValueForm<String>.text, "the row that says so")
    return .mapping(
      "a published transfer", [bytes.declaration, time.declaration, row.declaration]
    ) { mapping in
      let bytes = mapping.value(of: bytes)
      let time = mapping.value(of: time)
      let row = mapping.value(of: row)
      guard let bytes, let time, let row else { return nil }
      return ValidationTransfer(bytes: bytes.bytes, picoseconds: time.picoseconds, row: row)
    }
  }

  static var restores: Self {
    let machines = RequiredField(
      "machines", ValueForm<Int>.integer(in: 1...4096), "how many there are")
    let bytes = RequiredField(
      "bytes", ValueForm<ByteSize>.quantity(in: ByteSize(1)...ByteSize(1 << 40)),
      "what each reads")
    let storage = RequiredField(
      "storage", ValueForm<DataRate>.dataRate, "what the storage gives in a second, to all")
    let row = RequiredField("row", ValueForm<String>.text, "the row that says so")
    let fit = RequiredField("fit", point, "the time of one alone, which says what else it takes")
    return .mapping(
      "restores",
      [
        machines.declaration, bytes.declaration, storage.declaration, row.declaration,
        fit.declaration,
      ]
    ) { mapping in
      let machines = mapping.value(of: machines)
      let bytes = mapping.value(of: bytes)
      let storage = mapping.value(of: storage)
      let row = mapping.value(of: row)
      let fit = mapping.value(of: fit)
      guard let machines, let bytes, let storage, let row, let fit else { return nil }
      return .restores(
        machines: machines, bytes: bytes.bytes, bitsPerSecond: storage.bitsPerSecond,
        rateRow: row, fit: fit)
    }
  }

  static var overlap: Self {
    let alone = RequiredField("alone", point, "what the thread that waits takes alone")
    let both = RequiredField("both", point, "what both take where nobody works while one waits")
    return .mapping(
      "two threads", [alone.declaration, both.declaration]
    ) { mapping in
      let alone = mapping.value(of: alone)
      let both = mapping.value(of: both)
      guard let alone, let both else { return nil }
      return .overlap(alone: alone, both: both)
    }
  }
}
