import Quantities
import Testing

@Suite("Quantities")
struct QuantityTests {
  @Test(
    "A time is exact to the picosecond",
    arguments: [
      ("6.2us", 6_200_000), ("6.2 us", 6_200_000), ("0.4 ns", 400), ("1e3ns", 1_000_000),
      ("2 s", 2_000_000_000_000), ("1.5 h", 5_400_000_000_000_000), ("3 µs", 3_000_000),
      ("0", 0), ("0.0000", 0), ("100000000000000000e-17 s", 1_000_000_000_000),
      ("0.100 us", 100_000), ("18446744073709551615 ps", .max), ("0.0001e4 ps", 1),
    ] as [(String, UInt64)])
  func times(text: String, picoseconds: UInt64) throws {
    #expect(try TimeSpan(parsing: text).picoseconds == picoseconds)
  }

  @Test(
    "What is no time says why",
    arguments: [
      ("6.2", .noUnit), ("", .noNumber), ("us", .noNumber), ("6 . 2 us", .noNumber),
      ("-1 us", .negative), ("06 us", .leadingZero), ("1 US", .unknownUnit("US", guess: "us")),
      ("1 fortnight", .unknownUnit("fortnight", guess: nil)), ("0.1 ps", .tooFine),
      ("1e-13 s", .tooFine), ("18446744073709551616 ps", .tooManyDigits), ("1e20 ps", .tooLarge),
      ("5125 h", .tooLarge), ("1  us", .noNumber), ("1 ", .noNumber), ("1.us", .noNumber),
      (".5 us", .noNumber), ("1:30", .noNumber), ("1_000 us", .noNumber),
      ("0x10 us", .unknownUnit("x10 us", guess: nil)),
      ("1e99999999999999999999 s", .tooLarge), ("1e-99999999999999999999 s", .tooFine),
    ] as [(String, QuantityError)])
  func noTimes(text: String, error: QuantityError) {
    #expect(throws: error) { try TimeSpan(parsing: text) }
  }

  @Test(
    "A size takes powers of 1024, and is whole bytes",
    arguments: [
      ("4096", 4096), ("4K", 4096), ("4KiB", 4096), ("1.5 GiB", 3 << 29), ("0.5KiB", 512),
      ("1e6", 1_000_000), ("16383 PiB", 16383 << 50), ("7 B", 7), ("1 E", nil), ("4iB", nil),
      ("KiB", nil), ("1 ", nil), ("1  G", nil), ("0.3 KiB", 307), ("0.3 B", nil), ("0.3", nil),
      ("86.6GiB", 92_986_040_320), ("0.0001 MiB", nil), ("1.1e-9 TiB", nil), ("16384 PiB", nil),
      ("4 GB", nil),
      ("4g", nil),
    ] as [(String, UInt64?)])
  func sizes(text: String, bytes: UInt64?) {
    #expect((try? ByteSize(parsing: text))?.bytes == bytes)
  }

  @Test(
    "A size that is told exactly is read back, and one that is rounded is read as near as it was")
  func readBack() throws {
    var state: UInt64 = 4711
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bytes = (state ^ state >> 29) >> (state >> 58)
      #expect(try ByteSize(parsing: ByteSize(bytes).description).bytes == bytes)
      // As reports do it: three digits that count, and then the unit.
      for (factor, unit) in [
        (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"),
      ]
        as [(UInt64, String)] where bytes >= factor && bytes < factor << 10
      {
        let hundredths = (UInt128(bytes) * 100 + UInt128(factor / 2)) / UInt128(factor)
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        let text = "\(whole).\(rest < 10 ? "0" : "")\(rest) \(unit)"
        let read = try ByteSize(parsing: text).bytes
        let distance = read > bytes ? read - bytes : bytes - read
        #expect(distance <= factor / 200 + 2048 + 1, "\(text)")
        if factor >= 1 << 20, rest % 25 != 0 { #expect(read % 4096 == 0) }
      }
    }
  }

  @Test("Rates, frequencies and shares are exact")
  func others() throws {
    #expect(try DataRate(parsing: "10 Gbit/s").bitsPerSecond == 10_000_000_000)
    #expect(try DataRate(parsing: "12.5 GB/s").bitsPerSecond == 100_000_000_000)
    #expect(try DataRate(parsing: "1 KiB/s").bitsPerSecond == 8192)
    #expect(try Frequency(parsing: "2.5GHz").hertz == 2_500_000_000)
    #expect(try Share(parsing: "12.5 %").billionths == 125_000_000)
    #expect(try Share(parsing: "0.125").billionths == 125_000_000)
    #expect(try Share(parsing: "1%").value == 0.01)
  }

  @Test(
    "A quantity is printed with few decimals and without a rounding",
    arguments: [
      (TimeSpan(picoseconds: 6_200_000).description, "6.2 us"),
      (TimeSpan(picoseconds: 6_200_001).description, "6200.001 ns"),
      (TimeSpan(picoseconds: 400).description, "400 ps"),
      (TimeSpan(picoseconds: 0).description, "0 ps"),
      (TimeSpan(picoseconds: 90_000_000_000_000).description, "1.5 min"),
      (ByteSize(3 << 29).description, "1.5 GiB"), (ByteSize(4097).description, "4097 B"),
      (ByteSize(1 << 40).description, "1 TiB"), (Share(billionths: 1).description, "0.0000001 %"),
      (Share.whole.description, "100 %"),
      (DataRate(bitsPerSecond: 25_000_000_000).description, "25 Gbit/s"),
    ])
  func descriptions(found: String, expected: String) {
    #expect(found == expected)
  }

  @Test("What is printed is read again as the same")
  func roundTrip() throws {
    var state: UInt64 = 1
    for shift in 0..<64 {
      for _ in 0..<50 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let value = state >> UInt64(shift)
        try expectSame(ByteSize(value))
        try expectSame(TimeSpan(picoseconds: value))
        try expectSame(Frequency(hertz: value))
        try expectSame(DataRate(bitsPerSecond: value))
        try expectSame(TimeSpan(smallestUnits: value / 1_000_000 * 1_000_000))
        try expectSame(Share(billionths: value))
      }
    }
  }

  private func expectSame<Value: Quantity>(_ value: Value) throws {
    #expect(try Value(parsing: value.description) == value)
  }

  @Test("Units ascend, and each is read as itself")
  func units() throws {
    for kind in [ByteSize.kind, TimeSpan.kind, Frequency.kind, DataRate.kind, Share.kind] {
      let factors = kind.units.map(\.factor)
      #expect(factors == factors.sorted())
      #expect(Set(kind.units.map(\.symbol)).count == kind.units.count)
    }
    for unit in TimeSpan.kind.units {
      #expect(try TimeSpan(parsing: "1 \(unit.symbol)").picoseconds == unit.factor)
    }
  }
}
