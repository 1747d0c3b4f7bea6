internal import Costs
internal import HostMemory
internal import Hypervisor
internal import Paging
internal import Quantities
internal import Studies

/// How a play is written: one key says what is played, and has its parameters.
extension ValueForm where Value == ValidationPlay {
  static var play: Self {
    let nested = OptionalField("nested", .nested, "a page fault of a nested guest")
    let touch = OptionalField("touch", .touch, "pages that are touched for the first time")
    let prices = OptionalField("prices", .priceSum, "the sum of some prices")
    let entries = OptionalField("entries", .entries, "the entries that map a range")
    let queue = OptionalField("queue", .queue, "processors that share a lock")
    let threads = OptionalField("threads", .threads, "threads that share nothing")
    let watermarks = OptionalField(
      "watermarks", .watermarks, "what a host keeps free of its memory")
    let log = OptionalField("dirty-log", .log, "a machine whose writes are logged")
    let population = OptionalField(
      "population", .population, "processors of one machine that write to pages at once")
    let transfer = OptionalField("transfer", .transfer, "bytes over a link")
    let restores = OptionalField(
      "restores", .restores, "machines that are restored from one storage at once")
    let overlap = OptionalField(
      "overlap", .overlap, "two threads, of which one works while the other waits")
    let all = [
      nested, touch, prices, entries, log, queue, threads, watermarks, population, transfer,
      restores, overlap,
    ]
    return .mapping("a play", all.map(\.declaration)) { mapping in
      let given = all.filter { mapping.has($0.declaration.name) }
      guard given.count == 1, let field = given.first else {
        let names = all.map { "“\($0.declaration.name)”" }.joined(separator: ", ")
        mapping.log.report(
          "a play has \(given.count) of its keys; it must have one of \(names)", at: mapping.place)
        return nil
      }
      return mapping.value(of: field)
    }
  }

  static var profile: DefaultField<String> {
    DefaultField(
      "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
      default: "xeon-8269cy", "the profile that prices it")
  }

  static func named(_ name: String) -> CostProfile {
    ShippedProfiles.named(name) ?? ShippedProfiles.textbook(.x86)
  }

  private static var components: ValueForm<[Component]> {
    .list(of: component, count: 1...Component.allCases.count)
  }

  private static var component: ValueForm<Component> {
    .choice(among: Component.allCases.map { ($0.name, $0) })
  }

  private static var nested: Self {
    let scheme = RequiredField("scheme", ValueForm<NestingScheme>.choice(), "how it is nested")
    let count = RequiredField(
      "count", ValueForm<ValidationPlay.NestedCount>.choice(), "the number that is told")
    let profile = profile
    return .mapping(
      "a nested fault", [scheme.declaration, count.declaration, profile.declaration]
    ) { mapping in
      let scheme = mapping.value(of: scheme)
      let count = mapping.value(of: count)
      let profile = mapping.value(of: profile)
      guard let scheme, let count else { return nil }
      return .nested(scheme, count, named(profile))
    }
  }

  private static var touch: Self {
    let host = RequiredField("host", ValueForm<HostFormat>.choice(), "the hypervisor's format")
    let pages = RequiredField("pages", ValueForm<UInt64>.integer(in: 1...1 << 25), "how many")
    let backing = DefaultField(
      "backing", ValueForm<ByteSize>.frame, default: .small, "the host's largest pages")
    let count = RequiredField(
      "count", ValueForm<ValidationPlay.TouchCount>.choice(), "the number that is told")
    let profile = profile
    let components = DefaultField(
      "components", components, default: [], "the components whose cost is told")
    let fields = [
      host.declaration, pages.declaration, backing.declaration, count.declaration,
      profile.declaration, components.declaration,
    ]
    return .mapping("first touches", fields) { mapping in
      let host = mapping.value(of: host)
      let pages = mapping.value(of: pages)
      let backing = mapping.value(of: backing)
      let count = mapping.value(of: count)
      let profile = mapping.value(of: profile)
      let components = mapping.value(of: components)
      if count == .time, components.isEmpty {
        mapping.refuse("components", "a time must say which components it is the cost of")
      }
      guard let host, let pages, let count else { return nil }
      guard host.shape.pageShift == 12 else {
        mapping.refuse("host", "its smallest pages must be of 4K, as the model's frames are")
        return nil
      }
      return .touch(
        host, pages: pages, backing: backing, count, named(profile), components)
    }
  }

  private static var priceSum: Self {
    let profile = profile
    let components = RequiredField("components", components, "the components")
    return .mapping(
      "prices", [profile.declaration, components.declaration]
    ) { mapping in
      let profile = mapping.value(of: profile)
      guard let components = mapping.value(of: components) else { return nil }
      return .prices(named(profile), components)
    }
  }

  private static var entries: Self {
    let host = RequiredField("host", ValueForm<HostFormat>.choice(), "the tables' format")
    let memory = RequiredField("memory", ValueForm<ByteSize>.size, "how much is mapped")
    let page = RequiredField("page", ValueForm<ByteSize>.frame, "the pages")
    let at = OptionalField("at", component, "the component that each entry costs")
    let profile = profile
    let fields = [
      host.declaration, memory.declaration, page.declaration, at.declaration, profile.declaration,
    ]
    return .mapping("entries", fields) { mapping in
      let host = mapping.value(of: host)
      let memory = mapping.value(of: memory)
      let page = mapping.value(of: page)
      let component = mapping.value(of: at)
      let profile = mapping.value(of: profile)
      guard let host, let memory, let page else { return nil }
      guard memory.bytes > 0, memory.bytes % page.bytes == 0, memory.bytes <= 1 << 40 else {
        mapping.refuse("memory", "it must be whole pages, and 1 TiB at most")
        return nil
      }
      guard host.shape.pageShift == 12 else {
        mapping.refuse("host", "its smallest pages must be of 4K")
        return nil
      }
      return .entries(
        host, bytes: memory.bytes, pageBytes: page.bytes, at: component, named(profile))
    }
  }

  private static var watermarks: Self {
    let memory = RequiredField(
      "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 22)...ByteSize(1 << 45)),
      "the host's memory")
    let zones = DefaultField(
      "zones", ValueForm<Bool>.choice(among: [("one", false), ("x86-64", true)]), default: false,
      "the zones that it is in")
    let huge = DefaultField(
      "huge-pages", ValueForm<Bool>.boolean, default: true, "whether huge pages are transparent")
    let count = RequiredField(
      "count", ValueForm<ValidationPlay.WatermarkCount>.choice(), "the number that is told")
    let fields = [
      memory.declaration, zones.declaration, huge.declaration, count.declaration,
    ]
    return .mapping("watermarks", fields) { mapping in
      let memory = mapping.value(of: memory)
      let zones = mapping.value(of: zones)
      let huge = mapping.value(of: huge)
      let count = mapping.value(of: count)
      guard let memory, let count else { return nil }
      return .watermarks(bytes: memory.bytes, inZones: zones, hasHugePages: huge, count)
    }
  }

  private static var log: Self {
    let host = RequiredField("host", ValueForm<HostFormat>.choice(), "the tables' format")
    let memory = RequiredField("memory", ValueForm<ByteSize>.size, "how much there is")
    let backing = RequiredField("backing", ValueForm<ByteSize>.frame, "the pages that it is in")
    let splitting = RequiredField(
      "splitting", ValueForm<LogSplitting>.choice(), "what becomes of large pages")
    let count = RequiredField(
      "count", ValueForm<ValidationPlay.LogCount>.choice(), "the number that is told")
    let at = OptionalField("at", component, "the component that each costs")
    let profile = profile
    let fields = [
      host.declaration, memory.declaration, backing.declaration, splitting.declaration,
      count.declaration, at.declaration, profile.declaration,
    ]
    return .mapping("a dirty log", fields) { mapping in
      let host = mapping.value(of: host)
      let memory = mapping.value(of: memory)
      let backing = mapping.value(of: backing)
      let splitting = mapping.value(of: splitting)
      let count = mapping.value(of: count)
      let component = mapping.value(of: at)
      let profile = mapping.value(of: profile)
      if count == .time, component != nil {
        mapping.refuse("at", "a time is that of all components of the faults")
      }
      guard let host, let memory, let backing, let splitting, let count else { return nil }
      guard memory.bytes > 0, memory.bytes % backing.bytes == 0, memory.bytes <= 1 << 40 else {
        mapping.refuse("memory", "it must be whole pages, and 1 TiB at most")
        return nil
      }
      guard host.shape.pageShift == 12 else {
        mapping.refuse("host", "its smallest pages must be of 4K")
        return nil
      }
      return .log(
        host, bytes: memory.bytes, backing: backing, splitting, count, at: component,
        named(profile))
    }
  }

  static var point: ValueForm<ValidationPoint> {
    let processors = RequiredField(
      "processors", ValueForm<Int>.integer(in: 1...4096), "how many they were")
    let time = RequiredField("time", ValueForm<TimeSpan>.time, "how long they took")
    let row = RequiredField("row", ValueForm<String>.text, "the row that says so")
    return .mapping(
      "a point", [processors.declaration, time.declaration, row.declaration]
    ) { mapping in
      let processors = mapping.value(of: processors)
      let time = mapping.value(of: time)
      let row = mapping.value(of: row)
      guard let processors, let time, let row else { return nil }
      return ValidationPoint(
        processors: processors, picoseconds: time.picoseconds, row: row)
    }
  }

  private static var queue: Self {
    let processors = RequiredField(
      "processors", ValueForm<Int>.integer(in: 1...4096), "how many there are")
    let rounds = RequiredField(
      "rounds", ValueForm<UInt64>.integer(in: 1...1 << 40), "what each does so often")
    let fit = RequiredField(
      "fit", ValueForm<[ValidationPoint]>.list(of: point, count: 2...2),
      "the times of one processor and of several, which say what is under the lock")
    return .mapping(
      "a queue", [processors.declaration, rounds.declaration, fit.declaration]
    ) { mapping in
      let processors = mapping.value(of: processors)
      let rounds = mapping.value(of: rounds)
      let fit = mapping.value(of: fit)
      guard let processors, let rounds, let fit else { return nil }
      return .queue(processors: processors, rounds: rounds, fit: fit)
    }
  }

  private static var threads: Self {
    let threads = RequiredField(
      "processors", ValueForm<Int>.integer(in: 1...4096), "how many there are")
    let fit = RequiredField("fit", point, "the time that so many took")
    return .mapping(
      "threads", [threads.declaration, fit.declaration]
    ) { mapping in
      let threads = mapping.value(of: threads)
      let fit = mapping.value(of: fit)
      guard let threads, let fit else { return nil }
      return .threads(threads, fit: fit)
    }
  }
}

extension ValueForm where Value == ByteSize {
  /// The size of a page that frames come in: 4K, 2M or 1G.
  fileprivate static var frame: ValueForm<FrameOrder> {
    ValueForm<ByteSize>.size.map { size throws(FormError) in
      guard let order = FrameOrder(bytes: size.bytes) else {
        throw FormError("it must be 4K, 2M or 1G")
      }
      return order
    }
  }
}
