/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PC's serial ports: `com1=115200,8n1,0x3f8,4`.  Output is polled, so that it works in any
 * state of the machine; input comes by interrupt, or is polled by a timer where the interrupt is
 * not to be had (number 0 asks for that).  PC16550D data sheet, section 8.
 */
#include <xen/acpi.h>
#include <xen/cmdline.h>
#include <xen/console.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/ns16550.h>
#include <xen/string.h>
#include <xen/tasklet.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <asm/io.h>
#include <asm/irq.h>

enum {
    REG_DATA = 0, /* the divisor's low byte with DLAB */
    REG_IER = 1,  /* its high byte */
    REG_FCR = 2,
    REG_LCR = 3,
    REG_MCR = 4,
    REG_LSR = 5,
    REG_SCRATCH = 7,
};

#define ISA_IRQS         16
#define IER_DATA_READY   0x01
#define FCR_ENABLE_CLEAR 0x07
#define LCR_DLAB         0x80
#define MCR_DTR_RTS_OUT2 0x0b
#define LSR_DATA_READY   0x01
#define LSR_THR_EMPTY    0x20
#define FIFO_SIZE        16
#define CLOCK_BAUD       115200 /* with a divisor of 1 */
#define POLL_PERIOD      MILLISECS(50)
/* A port that never gets ready shall not stop the machine. */
#define WAIT_TURNS 200000

struct uart {
    uint16_t port;
    unsigned int baud; /* 0: as the firmware left it */
    uint8_t lcr;
    bool is_console;
    uint8_t irq; /* ISA number */
    bool is_dead;
    struct timer poll;
    struct tasklet input;
};

static struct uart uarts[2] = {
    {.port = 0x3f8, .irq = 4, .baud = 115200, .lcr = 0x03},
    {.port = 0x2f8, .irq = 3, .baud = 115200, .lcr = 0x03},
};

/* Data bits, parity, stop bits: "8n1". */
static int __init parse_frame(const char *text, uint8_t *lcr)
{
    static const char parities[] __initconst = "noems";
    const char *parity;

    if (text[0] < '5' || text[0] > '8' || !text[1] || (text[2] != '1' && text[2] != '2'))
        return -EINVAL;
    parity = strchr(parities, text[1]);
    if (!parity)
        return -EINVAL;
    *lcr = (text[0] - '5') | (text[2] == '2' ? 0x04 : 0);
    if (parity != parities)
        *lcr |= 0x08 | ((parity - parities - 1) << 4);
    return 0;
}

static int __init parse_uart(const char *value, void *target)
{
    struct uart *u = target;
    const char *p = value;

    if (!strncmp(p, "auto", 4)) {
        u->baud = 0;
        p += 4;
    } else {
        u->baud = str_to_u64(p, &p, 10);
        if (!u->baud || u->baud > CLOCK_BAUD || CLOCK_BAUD % u->baud)
            return -EINVAL;
    }
    if (*p == ',' && p[1] != ',') {
        if (parse_frame(p + 1, &u->lcr))
            return -EINVAL;
        p += 4;
    }
    if (*p == ',')
        u->port = str_to_u64(p + 1, &p, 0);
    if (*p == ',')
        u->irq = str_to_u64(p + 1, &p, 0) % ISA_IRQS;
    return *p ? -EINVAL : 0;
}

#define ALLOWED "<baud>|auto[,8n1[,<port>[,<interrupt>]]]"
cmdline_option_row(com1, "com1", ALLOWED, parse_uart, &uarts[0]);
cmdline_option_row(com2, "com2", ALLOWED, parse_uart, &uarts[1]);

static void put(const struct uart *u, unsigned int reg, uint8_t v)
{
    outb(v, u->port + reg);
}

static uint8_t get(const struct uart *u, unsigned int reg)
{
    return inb(u->port + reg);
}

/* A port that is there keeps what is written to its scratch register. */
static bool __init is_present(const struct uart *u)
{
    put(u, REG_SCRATCH, 0x5a);
    return get(u, REG_SCRATCH) == 0x5a;
}

static int __init uart_init(struct uart *u)
{
    if (!is_present(u))
        return -ENODEV;
    put(u, REG_IER, 0);
    if (u->baud) {
        unsigned int divisor = CLOCK_BAUD / u->baud;

        put(u, REG_LCR, LCR_DLAB);
        put(u, REG_DATA, divisor);
        put(u, REG_IER, divisor >> 8);
    }
    put(u, REG_LCR, u->lcr);
    put(u, REG_FCR, FCR_ENABLE_CLEAR);
    put(u, REG_MCR, MCR_DTR_RTS_OUT2);
    u->is_console = true;
    return 0;
}

uint16_t ns16550_console_port(unsigned int n)
{
    return n < ARRAY_SIZE(uarts) && uarts[n].is_console ? uarts[n].port : 0;
}

static void wait_empty(struct uart *u)
{
    for (unsigned int i = 0; i < WAIT_TURNS; i++)
        if (get(u, REG_LSR) & LSR_THR_EMPTY)
            return;
    u->is_dead = true;
}

static void uart_write(struct uart *u, const char *text, size_t count)
{
    unsigned int room = 0;

    for (size_t i = 0; i < count; i++) {
        if (room < 2) {
            wait_empty(u);
            room = FIFO_SIZE;
        }
        if (u->is_dead)
            return;
        if (text[i] == '\n') {
            put(u, REG_DATA, '\r');
            room--;
        }
        put(u, REG_DATA, text[i]);
        room--;
    }
}

/* As long as there is anything: a byte left behind would keep the line from rising again. */
static void drain(void *data)
{
    struct uart *u = data;

    for (unsigned int i = 0; i < WAIT_TURNS && (get(u, REG_LSR) & LSR_DATA_READY); i++)
        console_input(get(u, REG_DATA));
}

static void poll(void *data)
{
    struct uart *u = data;

    drain(u);
    timer_set(&u->poll, NOW() + POLL_PERIOD);
}

/* Keys want interrupts on and no lock held: a tasklet's world, not ours. */
static void interrupt(void *data)
{
    struct uart *u = data;

    tasklet_schedule(&u->input);
}

static bool __init bind_interrupt(struct uart *u)
{
    struct acpi_isa_route route;

    if (!u->irq)
        return false;
    route = acpi_isa_route(u->irq);
    return !irq_bind_gsi(route.gsi, false, route.active_low, interrupt, u);
}

static void __init uart_start_input(struct uart *u)
{
    tasklet_init(&u->input, drain, u);
    if (bind_interrupt(u)) {
        put(u, REG_IER, IER_DATA_READY);
        tasklet_schedule(&u->input);
    } else {
        timer_init(&u->poll, poll, u, 0);
        timer_set(&u->poll, NOW() + POLL_PERIOD);
    }
}

#define UART_DEVICE(n, i)                                                                  \
    static int __init com##n##_init(void)                                                  \
    {                                                                                      \
        return uart_init(&uarts[i]);                                                       \
    }                                                                                      \
    static void com##n##_write(const char *text, size_t count)                             \
    {                                                                                      \
        uart_write(&uarts[i], text, count);                                                \
    }                                                                                      \
    static void __init com##n##_start_input(void)                                          \
    {                                                                                      \
        uart_start_input(&uarts[i]);                                                       \
    }                                                                                      \
    const struct console_device ns16550_com##n = {"com" #n, com##n##_init, com##n##_write, \
                                                  com##n##_start_input};

UART_DEVICE(1, 0)
UART_DEVICE(2, 1)
