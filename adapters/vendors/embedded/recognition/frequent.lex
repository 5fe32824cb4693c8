to	toʊ
i	i
of	ɔf
is	is
have	heɪv
it's	it‿s
are	ɛɹ
one	one
we	weɪ
as	ɑz
what	hwɑt
do	d̪o
don't	doʊnət
i'm	iəm
from	fɹɑm
two	twoʊ
me	me
that's	θæts
said	seɪd
when	ɛn
has	hɑz
been	bin
who	u
were	wɛɹ
now	noʊ
than	θæn
other	ʌðə
you're	jʊ‿re
even	ivən
only	ɑnli
here	hɪɹ
also	aʊ̯so
over	oʊvə
into	ĩn̪t̪o
i've	ive
they're	θeɪɹi
those	θoʊz
us	us
didn't	dɪdnət
these	θiz
there's	ðɛɹəs
being	biŋ
can't	kænət
many	mæni
come	koʊm
pretty	pɹɛti
always	ælweɪz
yes	ɟ͡ʝes
we're	wɛɹ
does	doʊz
anything	ænɪθɪŋ
maybe	meɪb
doesn't	doʊsnət
though	θaʊ
put	pʌt
own	aʊn
another	ænəðɝ
give	gaɪv
i'll	jɔl
ever	ɛvə
someone	soʊmioʊn
i'd	id
done	doʊn
enough	ɪnaʊ
both	bɑθ
says	seɪz
such	sʌk
what's	hwæts
isn't	ɪsnət
nothing	noʊðɪŋ
having	heɪvɪŋ
able	aβ̞le
ago	a ɣ̞ o
once	õn̟se
government	goʊvɝnmənt
true	t̪ɾu
between	bɛtwin
wouldn't	wʊdnət
wasn't	wɑsnət
idea	ið̞ea
definitely	dɛfənaɪtli
mr	mɝɹə
wanted	wɑntɪd
huh	hu
months	mɑnθs
everyone	ɛvɹioʊn
whatever	hwətɛvə
er	ʔ ɛ ɐ̯
almost	ælmoʊst
sometimes	soʊmtaɪmz
today	toʊdeɪ
sorry	sɔɹi
haven't	heɪvənət
minutes	mɪnuts
together	tɑgɛðɝ
women	woʊm
coming	koʊmɪŋ
won't	woʊnət
hear	hɪɹ
under	ʌndə
let's	l e t̪ a s
anyone	ɛnjoʊn
hours	hɔɹz
you've	jʊv
company	kɑmpəni
comes	koʊmz
interesting	ɪntɝɛstɪŋ
we've	wɛv
especially	ɪspɛʃəli
area	aɾea
usually	juʒuəli
couldn't	kʊdnət
however	haʊvɝ
lost	loʊst
living	laɪvɪŋ
t	t̪t̪
college	kəlɛd͡ʒ
zero	zɛɹoʊ
ones	o n e s
v	v i v e
support	sʌpɝt
'em	‿ ẽ m
movie	mʌvi
aren't	ɛɹənət
gone	goʊn
certain	sɝteɪn
you'll	jɑl
future	fjut͡ʃə
countries	kaʊntɹiz
cost	koʊst
basically	beɪzɪkli
security	sɪkjʊɹɪti
based	beɪzd
son	sɑn
control	kɑntɹoʊl
body	boʊdi
history	hɪstɔɹi
difficult	dɪfɪkəlt
america	amɛrika
themselves	θɛmsɛlvz
although	ɔlθaʊ
they've	ðeɪɪv
father	fæðə
s	z
answer	ænsə
we'll	wɛl
longer	lɔŋɝ
video	b i ð̞ e o
major	m a x o ɾ
companies	kɑmpəniz
general	ʒɨnɨɾaɫ
building	bjudɪŋ
education	ɛd͡ʒukeɪʃən
study	studi
imagine	ɪmæd͡ʒɪn
moved	mʌvd
c	ki
figure	fɪgjə
lose	loʊz
gotta	ɡ ɔ t t a
cannot	kænət
reality	ɹiælɪti
they'll	θeɪəl
process	pɹoʊsɛs
california	k a l i f o ɾ n j a
personal	pɝsənəl
iraq	aɪɹæk
university	junɪvɝsɪti
private	pɹaɪveɪt
financial	f i n ɐ̃ s j a ɫ
n	n
poor	pʊɹ
favorite	feɪvɹaɪt
movies	moʊviz
brother	bɹʌðə
interested	ɪntɝɛstɪd
entire	entire
shouldn't	ʃʊdnət
opinion	oʊpɪnjən
consider	kənsaɪdə
normal	nɔɹml
series	sɛɹiz
anybody	ɛnibɑdi
evidence	ɛvɪdəns
somewhere	sʌmhwɛɹ
beautiful	boʊtɪfəl
biggest	bɪgɪst
picture	pɪkt͡ʃə
total	toʊtl
edit	ɛdɪt
society	soʊsaɪəti
became	b e k a m e
record	ɹikɔɹd
quality	kwɑlɪti
super	supə
etc	ɛtsi
d	d̪
minute	mɪnjut
among	əmɔŋ
meant	mint
data	dɑtə
europe	jʊɹoʊp
above	əboʊv
international	ɪntəneɪʃənəl
british	bɹaɪtɪʃ
paper	peɪpə
allow	əloʊ
hospital	ospit̪al
english	ɛŋglɪʃ
opportunity	ɑpətunɪti
areas	aɾeas
none	noʊn
policy	pɑlɪsi
sir	sɪɹ
gives	gaɪvz
weren't	wɛɹənət
particular	p a ɾ t̪ i k u l a ɾ
built	bjut
costs	koʊsts
choose	t͡ʃus
character	t͡ʃɛɹæktɝ
original	ɔɹɪd͡ʒɪnəl
crisis	kɹaɪsɪs
eventually	ɪvɛnt͡ʃuəli
ability	əbɪlɪti
towards	toʊɹdz
it'll	aɪtəl
began	bɪgən
london	lɑndən
bigger	bɪgə
services	sɝvaɪsɪz
regular	r e ɣ̞ u l a ɾ
actual	ækt͡ʃuəl
majority	məd͡ʒɔɹɪti
england	ɛŋglənd
language	læŋgɪd͡ʒ
popular	pɑpjələ
younger	jʌŋɝ
pressure	pɹɛʃə
hasn't	hæsnət
b	b̥
chinese	t͡ʃ i n e s e
cover	kʌvə
culture	kʌlt͡ʃə
m	məməməməməməməməməməməməməməməmə
tonight	toʊnaɪt
l	l̩
beyond	beɪɑnd
natural	n a t̪ u ɾ a l
positive	pɑzɪtɪv
particularly	pɑɹtɪkjələli
ideas	ið̞eas
foreign	fɔɹn
article	ɑɹtɪkl
legal	l e ɣ̞ a l
los	loʊz
table	t̪aβ̞le
restaurant	ɹɛstɝənt
created	kɹitɪd
conversation	kɑnvəseɪʃən
politics	pəlɪtɪks
despite	d̪espit̪e
model	moʊdəl
climate	klaɪmeɪt
e	e
texas	tɛksəz
extremely	ɪkstɹimli
florida	flɔɹidə
losing	loʊzɪŋ
he'll	hɛl
afghanistan	æfgænɪstæn
removed	ɹɪmuvd
que	ki
island	aɪslænd
argument	ɑɹgjʊmənt
radio	rað̞jo
here's	hɪɹəz
european	jʊɹoʊpiən
nuclear	n u k l e a ɾ
dangerous	dænd͡ʒəɹəs
individual	ĩ d͡ʒ i v i d ʊ a ʊ̯
alive	a l i β̞ e
target	tɑɹgɪt
modern	moʊdɝn
he'd	hɛd
released	ɹɪlist
noticed	noʊtɪst
we'd	wɛd
canada	kənɑdə
debate	dɪbeɪt
upon	upɑn
release	ɹɪliz
hundreds	hʌndɹɪdz
property	pɹɑpəti
whose	hoʊz
advantage	ədvæntɪd͡ʒ
suggest	səgd͡ʒɛst
responsible	ɹɪspɑnsəbəl
capital	kæpɪtl
world's	wɝldiz
y	i j a
comfortable	kʌmfətəbl
people's	pipliz
characters	kɛɹæktɝz
below	bɛloʊ
camera	k a m e ɾ a
directly	dɪɹɛktli
required	ɹɪkwaɪɹd
decade	dɪkeɪd
official	ofisjal
responsibility	ɹɪspɑnsəbɪlɪti
angeles	ænd͡ʒəliz
dr	diɛɹ
hearing	hɪɹɪŋ
largest	lɑɹd͡ʒɪst
direction	dɪɹɛkʃən
chicago	t͡ʃ i k a ɣ̞ o
forever	fɔɹvɝ
ms	mɛz
tired	taɪɹd
bus	bɪs
decades	dɪkeɪdz
hadn't	hædnət
f	fefe
throughout	θɹʌgaʊt
forgot	fɔɹgət
planet	plænɪt
onto	õ n̪ t̪ o
purpose	pɝpəz
entirely	ɪntaɪɹli
japan	d͡ʒəpɑn
ain't	eɪnət
soldiers	soʊldiɝz
ourselves	ɔɹsɛlvz
council	kaʊnsɪl
hm	həm
saturday	sætɝdeɪ
name's	neɪms
familiar	f a m i l j a χ
terrorist	tɛɹəɹɪst
humor	u m o ɾ
highest	haɪɪst
opposite	ɑpəzɪt
animal	ænɪməl
iran	aɪɹɑn
director	d̪ i ɾ e ɣ̞ t̪ o ɾ
restaurants	ɹɛstɝənts
monday	mɑndeɪ
multiple	mʌltɪpəl
alcohol	a l k o o l
evening	ɛvənɪŋ
studies	studiz
accident	æksɪdənt
mental	mɛntl
memory	mɛməɹi
rare	r a r e
mexico	mɛksɪkoʊ
strategy	stɹætɪd͡ʒi
excellent	ɪksɛlənt
require	ɹɪkwaɪɹ
regardless	ɹɪgɑɹdləs
latest	leɪtɪst
separate	sɛpəɹeɪt
interests	ɪntɹɛsts
confidence	kɑnfɪdəns
whom	hɑm
greatest	gɹitɪst
perspective	pəspɛktɪv
bother	bʌðə
originally	ɝɪd͡ʒɪnəli
evil	ivl
cheaper	t͡ʃipə
limit	lɪmɪt
solid	sɑlɪd
promise	pɹoʊmaɪz
yea	ɟ͡ʝ e a
remove	ɹɪmuv
g	gi
quiet	kwaɪɪt
one's	oʊnis
specifically	spɪsɪfɪkli
july	d͡ʒuli
videos	b i ð̞ e o s
mrs	mɝz
perfectly	pɝfɛktli
famous	fəməs
failure	feɪljʊɹ
possibility	pɑsəbɪlɪti
australia	aʊ̯stɾalia
proper	pɹoʊpɝ
somewhat	sʌmhwɑt
pennsylvania	pɛnsɪlveɪnjə
arrived	əɹaɪvd
organization	ɔɹgənɪzeɪʃən
species	spisiz
river	ɹɪvə
al	a l
captain	kæpteɪn
toward	toʊɹd
records	ɹikɔɹdz
april	a p ɾ i ʊ̯
bear	bɪɹ
terrorists	tɛɹəɹɪsts
buildings	bjudɪŋz
individuals	ɪndɪvɪd͡ʒuəlz
pm	pɛm
golf	goʊlf
universe	junɪvɝs
intelligence	ɪntɛlɪd͡ʒəns
falling	fɔlɪŋ
extreme	ɪkstɹim
theater	θitə
st	sitit
candidate	kændɪdeɪt
muslim	mʌslɪm
where's	hwɛɹəs
attitude	ætɪtud
puts	pʌts
talent	teɪlənt
how's	haʊəs
james	xames
measure	mɛʒə
tons	tɑnz
replace	ɹɪpleɪs
medicine	mɛdɪsaɪn
criminal	kɹɪmɪnəl
border	bɔɹdə
she'll	ʃɛl
operation	ɑpəɹeɪʃən
engine	ɛnd͡ʒin
suggested	səgd͡ʒɛstɪd
vs	viz
hero	hɛɹoʊ
ton	tɑn
lotta	l ɔ t t a
fired	faɪɹd
struggle	stɹʌgl
w	weɪ̯³⁵
arrested	əɹɛstɪd
owned	aʊnd
sources	sɔɹsɪz
virginia	vɝd͡ʒɪniə
essentially	ɪsɛnʃəli
se	s
complicated	kɑmpləkeɪtɪd
shall	ʃɔl
requires	ɹɪkwaɪɹz
digital	dɪd͡ʒɪtl
consequences	kɑnsɪkwənsɪz
carolina	k a ɾ o l i n a
capable	keɪpəbl
michigan	mɪt͡ʃɪgən
desire	dɪsaɪɹ
residents	ɹɛzədənts
incident	ɪnsɪdənt
variety	vɛɹiəti
estate	e s t̪ a t̪ e
definition	dɛfɪnɪʃən
everybody's	ɛvɹiboʊdiəs
policies	pɑlɪsiz
opinions	oʊpɪnjənz
confident	kɑnfɪdənt
consumer	kənsumə
whoa	oʊ
nowhere	naʊhɪɹ
determine	dɪtɝmɪn
differences	dɪfɹənsɪz
electricity	ɪlɛktɹɪsɪti
year's	jɪɹəs
structure	stɹʌkt͡ʃə
determined	dɪtɝmɪnd
'cause	s a ʊ̯ z ə
whereas	hwɛɹəz
salary	sæləɹi
today's	t̪ o ð̞ a ʝ i s
pre	p r e
cultural	kʌlt͡ʃəɹəl
suffer	sʌfə
accurate	ækjɝeɪt
deliver	dɪlɪvə
counter	kaʊntə
vehicles	viaɪkəlz
encourage	ɪnkɝɪd͡ʒ
she'd	ʃɛd
compare	k o m p a r e
bathroom	beɪθɹum
leads	lɛdz
driven	dɹaɪvən
communication	kəmjunɪkeɪʃən
centre	sɒ̃tχ
unusual	ʌnjuʒəl
analysis	ənæləsɪs
italian	ɪtæliən
battery	bætəɹi
sugar	ʃugɝ
retirement	ɹɪtaɪɹmənt
mystery	mɪstəɹi
suggests	səgd͡ʒɛsts
yo	ɟ͡ʝ o
survivor	sɝvɪvɝ
disaster	dɪsæstə
prepare	pɹɪpɛɹ
pocket	pɑkɪt
k	k o̞
priority	pɹaɪɔɹɪti
barack	bæɹək
country's	kʌntɹiəs
twitter	twɪtə
feature	fit͡ʃə
auto	a w t o
habit	hæbɪt
refused	ɹifjuzd
temperature	tɛmpɹət͡ʃə
minority	mɪnɔɹɪti
someone's	soʊmioʊniz
promised	pɹəmaɪzd
islam	aɪləm
monitor	mɑnɪtə
pleasure	plɛʒə
fallen	fɔlən
that'd	θætɪd
orange	ɔɹeɪnd͡ʒ
drama	d̪ ɾ a m a
combination	kɑmbɪneɪʃən
uncle	ʌnkl
saddam	sædəm
bible	baɪbl
chosen	t͡ʃoʊsən
actor	æktə
error	e r o ɾ
that'll	θætəl
o'clock	oʊklɑk
recording	ɹikɔɹdɪŋ
youtube	jutub
q	k e
everyone's	ɛvɝjoʊniz
engineering	ɛnd͡ʒɪnɪɹɪŋ
referring	ɹɪfɛɹɪŋ
breakfast	bɹeɪkfæst
guarantee	gɑɹənti
studio	s t u d j o
charity	t͡ʃæɹɪti
hired	haɪɹd
cigarettes	sɪgəɹɛts
ideal	aɪdiəl
drawing	dɹɔɪŋ
uncomfortable	ənkʌmfətəbəl
finance	faɪnəns
participate	pɑɹtɪsɪpeɪt
iron	aɪɹn
machines	mət͡ʃinz
le	leɪ
executive	ɪgzɛkjutɪv
comparison	kəmpɛɹɪsən
husband's	h uː z b a n d ‿ s
recorded	ɹikɔɹdɪd
parliament	pɑɹliəmənt
cigarette	sɪgəɹɛt
legislation	lɛd͡ʒɪsleɪʃən
chocolate	t͡ʃɑkəleɪt
agenda	a d͡ʒ ɛ n d a
christ	kɹɪst
j	d͡ʒ i
severe	sɪvɪɹ
vaccine	væt͡ʃɪn
es	ɛz
governor	goʊvɝnɝ
monster	mɑnstə
usa	jusə
dallas	dæləz
license	laɪsɛns
nearby	nɝbi
pattern	p a t ɐ n
factory	fæktəi
vegas	b e ɣ̞ a s
reminds	ɹɪmaɪndz
children's	t͡ʃ i l̪ d̪ ɾ ẽ n s
communicate	kəmjunɪkeɪt
favourite	feɪvəaɪt
closely	kloʊzli
intelligent	ɪntɛlɪd͡ʒənt
cousin	kʌzɪn
shower	ʃoʊɝ
essential	ɪsɛnʃəl
supreme	s u p r ɛ m e
desperate	dɛspɝeɪt
located	loʊkeɪtɪd
las	l a s
institute	ɪnstɪtut
raw	ɹɔ
infrastructure	ɪnfɹəstɹʌkt͡ʃə
potato	poʊtɑtoʊ
arizona	a ɾ i θ o n a
settle	sɛtl
presented	pɹɪzɛntɪd
sarah	sæɹə
closest	kloʊzɪst
arrest	əɹɛst
deficit	dɛfɪsɪt
stomach	stɑmək
mod	mɑd
useless	juzləs
answered	ænswɛɹd
ancient	ænt͡ʃənt
anxiety	æŋksaɪəti
women's	woʊməs
reputation	ɹɛpjuteɪʃən
episodes	ɛpɪsəʊdiz
forest	fɔɹst
proven	pɹoʊvən
mirror	m i h o ɾ
diagnosed	daɪəgnoʊzd
remind	ɹɪmaɪnd
sons	sɑnz
habits	hæbɪts
dedicated	dɛdɪkeɪtɪd
junior	d͡ʒunjə
vietnam	viɛtnæm
engaged	ɪŋgeɪd͡ʒd
mother's	mʌðɝɹəs
thomas	θoʊməz
iraqi	ɪɹɑt͡ʃi
somebody's	s o m e β̞ o ð̞ ʝ i s
delivery	dɪlɪvɹi
minnesota	mɪnəsoʊtə
grocery	gɹoʊsəɹi
medication	mɛdɪkeɪʃən
oregon	ɔɹɪgɑn
handful	hændfəl
constitution	kɑnstɪtuʃən
reward	ɹiwɝd
everything's	ɛvɹiθɪŋgəs
person's	pɝsənəs
diego	d j ɛ ɡ o
toilet	tɔɪlɪt
operate	ɑpəɹeɪt
empire	ɛmpaɪɹ
soldier	soʊldiɝ
inspired	ɪnspaɪɹd
america's	əmɛɹɪkeɪz
man's	mænəs
educational	ɛd͡ʒukeɪʃənəl
republic	ɹɪpʌblɪk
regime	ɹɛd͡ʒɪm
legitimate	lɪd͡ʒɪtəmət
unknown	ʌnoʊn
arrive	əɹaɪv
trigger	tɹɪgə
naked	neɪkt
philosophy	fɪlɑsəfi
else's	ɛlsiz
could've	koʊld‿v
bullet	bʊlɪt
pokemon	poʊkmən
miami	m j a m i
mexican	mɛksɪkən
reverse	ɹɪvɝɹs
brazil	bɹæzɪl
obama's	ɔ b a m a ‿ s
recover	ɹɪkʌvə
challenging	t͡ʃælɪŋɪŋ
organizations	ɔɹgənɪzeɪʃənz
euros	e ʊ̯ ɾ o s
youngest	jʌŋɪst
extraordinary	ɛkstɹəɔɹdɪnɛɹi
elite	ɪlaɪt
engage	ɪŋgɪd͡ʒ
vital	vaɪtl
maximum	mæksɪməm
garage	gæɹɪd͡ʒ
colorado	k o l o ɾ a ð̞ o
father's	fæðɝɹəs
saudi	s a w d i
attorney	ətɔɹni
islamic	ɪzlæmɪk
hardest	hɑɹdɪst
guy's	gaɪəs
represents	ɹɛpɹəzɛnts
beijing	beɪd͡ʒɪŋ
elementary	ɛləmɛntəɹi
charles	ʃɑɹlz
alex	eɪlɛks
discover	dɪskʌvə
transportation	tɹænspɔɹteɪʃən
immigrants	ɪmɪgɹənts
input	ɪnpʌt
guitar	ɡ i t̪ a ɾ
luckily	lʌkɪli
temporary	tɛmpəɹɛɹi
justify	d͡ʒʌstɪfaɪ
suggesting	səgd͡ʒɛstɪŋ
butter	bʌtə
horror	o h o ɻ
houston	haʊstən
mini	mini
engineer	ɛnd͡ʒɪnɪɹ
universal	junɪvɝsəl
generate	d͡ʒɛnəeɪt
anniversary	ænɪvɝsəɹi
unfortunate	ənfɔɹt͡ʃəneɪt
corruption	kəɹʌpʃən
family's	fæmɪljəs
reduction	ɹɪdʌkʃən
principle	pɹɪnsɪpəl
afghan	æfgən
kansas	kænsəz
indiana	ĩ d͡ʒ ɪ ɐ̃ n ɐ
arena	a ɾ e n a
encouraged	ɪnkɝɪd͡ʒd
genius	d͡ʒiniəs
e-mail	iɹmeɪl
latin	lætɪn
tier	taɪɝ
select	sɪlɛkt
languages	læŋgɪd͡ʒɪz
luxury	lʌkʃəɹi
shiny	ʃɪni
dozens	doʊzənz
israeli	ɪzɹɑɛli
should've	ʃoʊld‿v
ninth	nɪnθ
hiv	i β β ɨ
sacrifice	sækɹəfɪs
maryland	mɛɹɪlænd
formula	fɔɹmjʊlə
capture	kæpt͡ʃə
rocket	ɹɑkɪt
focusing	foʊkjuzɪŋ
gossip	gɑsɪp
politically	pəlɪtɪkli
bears	bɪɹz
illinois	ɪlɪnwɑ
diseases	dɪsizɪz
audio	a w d j o
discipline	dɪsɪplaɪn
wont	wʌnt
mom's	moʊməs
austin	ɔstɪn
fortunate	fɔɹt͡ʃuneɪt
diabetes	daɪəbits
frustrated	fɹʌstɹeɪtɪd
daughter's	dɔtɝəs
cameron	kæmɝɑn
document	dɑkjʊmənt
offices	ɔfɪsɪz
ruined	ɹund
existed	ɪgzɪstɪd
friend's	fɹɛndəs
australian	ɔstɹeɪliən
universities	junɪvɝsɪtiz
controversial	kɑntɹəvɝʒl
visual	vɪʒwəl
louis	luiz
procedure	pɹəsid͡ʒə
government's	ɡ o β̞ e ɾ n m ẽ n̪ t̪ a s
eu	e ʊ̯
city's	sɪtiəs
nfl	ɛnɛfl
wisconsin	wɪskɑnsɪn
nation's	næʃənəs
disorder	dɪsɔɹdə
overcome	oʊvəkʌm
massachusetts	mæsət͡ʃusɪts
unemployed	ənɪmplɔɪd
marine	mɑɹini
theatre	θieɪtə
smooth	smuθ
teenage	tinɪd͡ʒ
dad's	d̪ a ð̞ a s
enforcement	ɪnfɔɹsmənt
owns	aʊnz
giants	d͡ʒənts
alien	æliən
genuine	d͡ʒɛnjuɪn
intention	ɪntɛnʃən
wallet	wɔlɪt
superior	s u p e ɾ j o ɾ
interact	ɪntəækt
reporter	ɹɪpɔɹtə
torture	tɔɹt͡ʃə
virtual	v i ɾ t w a ɫ
goddamn	gɑdəm
genuinely	d͡ʒɛnjuɪnli
chaos	t͡ʃaʊz
god's	gɑds
por	p o ɾ
recipe	ɹɛsɪp
islands	aɪslændz
collected	kəlɛktɪd
convicted	kənvɪktɪd
distribution	dɪstɹɪbjuʃən
company's	kɑmpənjəs
nintendo	n i n t ɛ n d o
literature	lɪtɝət͡ʃə
motivated	moʊtəveɪtɪd
poorly	pʊɹli
inevitable	ɪnɛvɪtəbəl
je	d͡ʒeɪ
whatsoever	hwɑtsoʊɛvɝ
atlantic	ætlæntɪk
ma'am	mɑməm
destiny	dɛstɪni
exit	ɛksɪt
consideration	kənsɪdəɹeɪʃən
encouraging	ɪnkɝɪd͡ʒɪŋ
initiative	ɪnɪʃɪtɪv
flavor	fleɪvə
gentlemen	d͡ʒɛntəlmɛn
conduct	kəndʌkt
hussein	hʌseɪn
output	aʊtpʌt
deposited	dɪpɑzətɪd
alabama	ɐ l ɐ β ɐ m ɐ
imagination	ɪmæd͡ʒɪneɪʃən
cousins	kuzɪnz
grandma	gɹændmə
beta	b e t̪ a
documentary	dɑkjəmɛntəɹi
skiing	skaɪɪŋ
conducted	kəndʌktɪd
editor	e ð̞ i t̪ o ɾ
tongue	tɑŋ
cabinet	kæbɪnɛt
gossiping	gɑsɪpɪŋ
euro	e ʊ̯ ɾ o
equity	ɛkwɪti
promises	pɹɑmɪsɪz
opera	oʊpɛɹə
selected	sɪlɛktɪd
funeral	f u n e ɾ a l
uniform	junɪfɔɹm
marijuana	m a ɾ i x w a n a
favorites	feɪvɹaɪts
resource	ɹizɔɹs
bothers	bʌðɝz
william	wɪliəm
flown	flaʊn
interaction	ɪntəækʃən
kentucky	kɛntʌki
roommate	ɹummeɪt
angel	eɪnd͡ʒɛl
civilians	sɪvɪliənz
os	oː s
galaxy	gəlæksi
politician	pɑlɪtɪʃən
conspiracy	kənspaɪɹəsi
son's	soʊnəs
bombing	boʊmɪŋ
underground	ʌndəgɹaʊnd
username	u s e ɾ n a m e
wore	woʊɹ
inspiration	ɪnspɪɹeɪʃən
fastest	fæstɪst
alot	ælət
ratio	ɹeɪʃoʊ
civilian	sɪvɪliən
halo	hɑloʊ
pockets	pɑkɪts
how'd	haʊəd
para	p a ɾ a
principal	p ɾ ĩ n̟ θ i p a l
nasa	nɑsə
executives	ɪgzɛkjutɪvz
miracle	mɪɹəkl
absurd	əbzɝd
loses	loʊzɪz
diamond	daɪəmənd
communist	kɑmjənɪst
formal	fɔɹml
so-called	soʊɹkɔld
wife's	waɪfəs
china's	t͡ʃaɪneɪz
alan	eɪlən
presidency	pɹɛzɪdənsi
palestinian	pæləstɪniən
ongoing	ɔŋgoʊɪŋ
palestinians	pæləstɪniənz
reminder	ɹɪmaɪndɝ
cleveland	klɛvlənd
yay	ɟ͡ʝ a i̯
nobody's	nɑbədiəs
carter	kɑɹtə
geez	giz
utah	ʌtə
triple	tɹaɪpəl
toronto	t̪ o ɾ õ n̪ t̪ o
child's	t͡ʃɪldəs
enjoyable	ẽ ŋ x o ʝ a β̞ l e
wireless	waɪɹləs
continent	kɑntɪnənt
murray	mɝeɪ
egypt	ɪd͡ʒɪpt
cooperation	koʊɑpəɹeɪʃən
directions	dɪɹɛkʃənz
roger	ɹoʊgɝ
piano	p j a n o
underneath	ʌndəniθ
controversy	kəntɹoʊvɝsi
halloween	hæloʊwin
hatred	heɪtɹɪd
pentagon	pɛntəgɑn
